// When time alone changes what gates read of an app.
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

class AppClocks {
public:
    AppClocks() = default;
    AppClocks(const AppClocks& other);

    /// nullopt: time changes nothing of it.
    void set(const AppId& app, std::optional<Instant> when);
    /// It is not installed any more.
    void erase(const AppId& app);
    /// An app whose clock has rung, which has none then; nullopt: no other.
    std::optional<AppId> takeDue(Instant now);
    /// When every app is looked at, by the built-in predictor (limits.md §2.6); nullopt: never.
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

/// When every app is looked at again (limits.md §2.3).
void setSweep(State& state, Now now);
/// Whatever time alone changes for apps.
void ageApps(Turn& turn);
/// Arms the clocks of these apps anew, of all where something of the device has changed.
void setAppClocks(Turn& turn, ReadSet changed, const ChangedApps& apps);

} // namespace stint
