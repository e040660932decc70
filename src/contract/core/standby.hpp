// Standby buckets as time and use go by (limits.md §2), the clocks that apps age by, and those that ring when time
// alone changes what gates read of an app.
#pragma once
#include <optional>

#include "base/text/app_id.hpp"
#include "base/time/time.hpp"
#include "contract/core/containers.hpp"
#include "contract/model/event.hpp"
#include "contract/model/gate.hpp"
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
/// Notes that a person has typed, in a terminal's foreground, a command about a job of the app (limits.md §2.2).
void noteTyped(Turn& turn, const AppId& app);
/// Replies to a person's request about a job of the app; one that was `typed`, and granted, is a use.
void replyToPerson(Turn& turn, CallId call, const AppId& app, bool typed, std::optional<Error> error);

/// The next instant for each app at which time alone changes what gates read of it.
class AppClocks {
public:
    AppClocks() = default;
    AppClocks(const AppClocks& other);

    /// Sets the app's clock; nullopt: time changes nothing of it.
    void set(const AppId& app, std::optional<Instant> when);
    /// Forgets an app that is not installed any more.
    void erase(const AppId& app);
    /// Takes an app whose clock has rung, and unsets that; nullopt: there is no other.
    std::optional<AppId> takeDue(Instant now);
    /// Sets when the built-in predictor looks at every app (limits.md §2.6); nullopt: never.
    void setSweep(std::optional<Instant> when) { sweepAt_ = when; }
    bool sweepIsDue(Instant now) const { return sweepAt_ && *sweepAt_ <= now; }
    std::optional<Instant> next() const;

private:
    struct Clock {
        std::optional<Instant> when; ///< nullopt: it has rung, or none is set
        std::size_t place = nowhere; ///< among those that are set
    };
    using Entry = ByApp<Clock>::Entry;
    struct ByTime {
        static bool before(const Entry& a, const Entry& b) {
            return *a.second.when != *b.second.when ? *a.second.when < *b.second.when : a.first < b.first;
        }
        static std::size_t& place(Entry& entry) { return entry.second.place; }
    };

    ByApp<Clock> clocks_;
    DueHeap<Entry, ByTime> due_;
    std::optional<Instant> sweepAt_;
};

/// Sets when every app is looked at again (limits.md §2.3).
void setSweep(State& state, Now now);
/// Applies whatever time alone changes for apps.
void ageApps(Turn& turn);
/// Arms the clocks of these apps anew, or those of all apps where the device's power or its screen has changed.
void setAppClocks(Turn& turn, ReadSet changed, const ChangedApps& apps);

} // namespace stint
