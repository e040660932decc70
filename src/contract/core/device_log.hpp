// The device's history (jobs.md §9.5).
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "contract/model/constants.hpp"
#include "contract/model/day.hpp"
#include "contract/model/device.hpp"

namespace stint {

struct Turn;

/// The device's history, by lanes (jobs.md §9.5). Changes are noted in turns that happen anyway, and written down with
/// other records, or, once they have waited for device.log_delay, in the next turn. Nothing wakes for them. A lane that
/// flaps is noted device.log_burst times at once, then once every device.log_pace, with the number of changes that were
/// left out.
class DeviceLog {
public:
    /// Notes that stintd is there, or is about to end.
    void notePresence(bool up, WallTime when);
    /// Notes each lane that has changed.
    void note(const Device& device, const DeviceState& state, Now now, const Constants& constants);
    /// Has every lane noted anew, changed or not, after the wall clock was set.
    void beginAnew();
    /// True if a lane has changed, and waits to be noted.
    bool withholds() const { return withheld_ > 0; }

    /// The changes that are not written down yet.
    std::span<const DeviceChange> waiting() const { return waiting_; }
    bool isDue(Instant now, const Constants& constants) const;
    std::vector<DeviceChange> take();

private:
    struct Lane {
        std::string value; ///< empty: it was never seen
        WallTime since;
        std::int32_t changes = 0; ///< since it was noted last
        std::int64_t room = 0;    ///< how many may be noted at once
        Instant filled;           ///< when that was last reckoned
    };
    static bool mayNote(Lane& lane, Instant now, const Constants& constants);

    std::vector<Lane> lanes_;
    std::vector<DeviceChange> waiting_;
    std::optional<Instant> waitsSince_;
    int withheld_ = 0;
};

/// Begins the log as stintd starts. `last` is the last change that was written down, `alive` the last sign of life of
/// the daemon before.
void beginDeviceLog(Turn& turn, const std::optional<DeviceChange>& last, WallTime alive);
/// No: this turn may be the last.
enum class TurnsGoOn : bool { No, Yes };
/// Notes what has changed, and writes down what is due, at the end of each turn.
void settleDeviceLog(Turn& turn, TurnsGoOn goesOn = TurnsGoOn::Yes);

} // namespace stint
