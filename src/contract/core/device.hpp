// The device: the state derived from its reports and from time, Doze, the work that it holds back and since when, and
// its history (jobs.md §9.5).
#pragma once
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/model/constants.hpp"
#include "contract/model/day.hpp"
#include "contract/model/device.hpp"
#include "contract/rules/device_limits.hpp"
#include "contract/rules/doze.hpp"

namespace stint {

struct State;
struct Turn;

/// The wall clock, and the facts of the present boot (jobs.md §7.2, §7.3).
struct Boot {
    bool clockGood = true;
    WallTime lastCommit{}; ///< the last one under a good clock before the daemon started
    Now clock{};           ///< the clock as the daemon started, or as it was last set
    Now steady{};          ///< the clock of the last commit before that: the age of log entries goes by it (§9.4)
    Instant settledAt;     ///< jobs that were there at the boot may start from then on
    /// Set by the first daemon of a boot: until then the boot counts as just completed (jobs.md §5.5).
    std::optional<Instant> justUntil;
};

/// The work that the device holds back.
struct LimitedWork {
    using Name = std::pair<std::string_view, std::string_view>; ///< the work, and what holds it
    std::map<Name, WallTime> since;
    std::map<LimitFacts, std::set<Name>> known; ///< under these constants, by all that decides
};

/// Where the wall clock was set, even if no ClockSet has reported it yet: moves the wall times since when things are
/// so, of all that began while this daemon ran, to what that clock now says.
void followWallClock(Turn& turn);
/// Brings the device's derived state, and Doze, up to date with the time.
void ageDevice(Turn& turn);
/// Brings Doze up to date, the device having been `was`; true if one of its machines has changed its state.
bool ageDoze(Turn& turn, const Device& was);
DozeInputs dozeInputs(const State& state);
/// The instant at which time alone changes the device's derived state, where something waits for that.
std::optional<Instant> nextDeviceChange(const State& state);
/// Remembers since when each kind of work is held back, and by what (device.cpp).
void noteDeviceLimits(Turn& turn);

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
    /// The same once a day, and that stintd is there: so what stays as it is has an entry that is not too old to be
    /// kept.
    void renew(Now now);
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
    std::optional<Instant> renewed_; ///< or begun
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
