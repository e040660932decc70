// What is kept of the device's history (jobs.md §9.5): changes are noted in turns that happen anyway, and written down
// with what is written anyway, or once they have waited for device.log_delay, in a turn that happens then. Nothing
// wakes for them. A lane that flaps is noted device.log_burst times at once, then once every device.log_pace, with how
// many of its changes were left out.
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

class DeviceLog {
public:
    /// stintd is there, or is about to end.
    void notePresence(bool up, WallTime when);
    /// Each lane, where it is another than it was.
    void note(const Device& device, const DeviceState& state, Now now, const Constants& constants);
    /// Each lane anew, whatever it was: the clock on the wall was set.
    void beginAnew();
    /// A lane has changed, and waits for its turn to be noted.
    bool withholds() const { return withheld_ > 0; }

    /// Not written down yet.
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

/// stintd begins; `last`: the last change that was written down, and `alive`: the last that is known of the daemon
/// before.
void beginDeviceLog(Turn& turn, const std::optional<DeviceChange>& last, WallTime alive);
/// At the end of each turn. No: no other may come.
enum class TurnsGoOn : bool { No, Yes };
void settleDeviceLog(Turn& turn, TurnsGoOn goesOn = TurnsGoOn::Yes);

} // namespace stint
