// Standby buckets as time and use go by (limits.md §2), and the clocks that they go by.
#pragma once
#include "contract/core/changed_apps.hpp"
#include "contract/model/event.hpp"
#include "contract/model/record.hpp"

namespace stint {

struct State;
struct Turn;

/// The clocks that apps age by: time that the device was on, and that its screen was.
class UsageClock {
public:
    UsageTime at(Instant now, bool screenOn) const;
    /// Counts on to now: to be called before what it counts by changes.
    void fold(Instant now, bool screenOn) { restore(at(now, screenOn), now); }
    void restore(UsageTime time, Instant now) {
        time_ = time;
        at_ = now;
    }
    SaveUsageTime record(bool screenOn) const { return {time_, at_, screenOn}; }

private:
    UsageTime time_; ///< as it was at `at_`
    Instant at_;
};

/// The usage clocks at `now`.
UsageTime usageNow(const State& state, Instant now);
void foldUsage(Turn& turn);
SaveUsageTime usageRecord(const State& state);
/// The app's history is this now; tells of another bucket than `before`.
void setUsage(Turn& turn, App& app, Bucket before, Usage usage);
/// What time alone does; `sweep`: with the predictor.
void ageUsage(Turn& turn, App& app, bool sweep);
/// The system restricts an app that loops (limits.md §2.8, jobs.md §6.7).
void restrictAsBuggy(Turn& turn, App& app);
/// Tells what the safeguards take from the app (heldBackBy()) and did not take `before`.
void tellHeldBack(Turn& turn, const App& app, const std::vector<std::string>& before);
/// Its state may be another now, and `what` of it gates read: what comes to the front or leaves it is use, earns, and
/// frees.
void followState(Turn& turn, App& app, ReadSet what = allOfApp);
/// Notes a use; changes bucket, holds and rewards accordingly.
void noteUse(Turn& turn, App& app, UsageKind kind);

} // namespace stint
