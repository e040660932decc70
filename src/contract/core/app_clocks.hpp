// Clocks of apps, which ring when time alone changes what gates read of an app.
#pragma once
#include <optional>

#include "base/text/app_id.hpp"
#include "base/time/time.hpp"
#include "contract/core/by_app.hpp"
#include "contract/core/changed_apps.hpp"
#include "contract/core/due_heap.hpp"
#include "contract/model/reads.hpp"

namespace stint {

struct State;
struct Turn;

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
