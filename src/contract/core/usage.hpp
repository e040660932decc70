// Standby buckets as time and use go by (limits.md §2), and the clocks that they go by.
#pragma once
#include "contract/core/changed_apps.hpp"
#include "contract/model/event.hpp"
#include "contract/model/record.hpp"

namespace stint {

struct State;
struct Turn;

/// The clocks that apps age by: the time that the device was on, and that its screen was.
class UsageClock {
public:
    UsageTime at(Instant now, bool screenOn) const;
    /// Counts on to now; to be called before the screen is turned on or off.
    void fold(Instant now, bool screenOn) { restore(at(now, screenOn), now); }
    void restore(UsageTime time, Instant now) {
        time_ = time;
        at_ = now;
    }
    SaveUsageTime record(bool screenOn) const { return {time_, at_, screenOn}; }

private:
    UsageTime time_; ///< the clocks at the instant `at_`
    Instant at_;
};

/// The usage clocks at `now`.
UsageTime usageNow(const State& state, Instant now);
void foldUsage(Turn& turn);
SaveUsageTime usageRecord(const State& state);
/// Sets the app's history; traces a bucket other than `before`.
void setUsage(Turn& turn, App& app, Bucket before, Usage usage);
/// Applies what time alone changes; `sweep`: with the predictor.
void ageUsage(Turn& turn, App& app, bool sweep);
/// Restricts, in the system's name, an app that loops (limits.md §2.8, jobs.md §6.7).
void restrictAsBuggy(Turn& turn, App& app);
/// Traces what the safeguards take from the app (heldBackBy()) and did not take `before`.
void tellHeldBack(Turn& turn, const App& app, const std::vector<std::string>& before);
/// Follows the app's process state, which may have changed, and of which gates read `what`: to come to the front or to
/// leave it is use, earns rewards, and begins or ends free time.
void followState(Turn& turn, App& app, ReadSet what = allOfApp);
/// Notes a use; changes bucket, holds and rewards accordingly.
void noteUse(Turn& turn, App& app, UsageKind kind);

} // namespace stint
