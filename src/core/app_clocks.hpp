// When time alone changes what gates read of an app.
#pragma once
#include <optional>
#include <set>
#include <utility>

#include "base/app_id.hpp"
#include "base/time.hpp"
#include "core/by_app.hpp"
#include "core/changed_apps.hpp"
#include "model/reads.hpp"

namespace stint {

struct State;
struct Turn;

class AppClocks {
public:
    /// nullopt: time changes nothing of it.
    void set(const AppId& app, std::optional<Instant> when);
    /// An app whose clock has rung, which has none then; nullopt: no other.
    std::optional<AppId> takeDue(Instant now);
    /// When every app is looked at, by the built-in predictor (limits.md §2.6); nullopt: never.
    void setSweep(std::optional<Instant> when) { sweepAt_ = when; }
    bool sweepIsDue(Instant now) const { return sweepAt_ && *sweepAt_ <= now; }
    std::optional<Instant> next() const;

private:
    std::set<std::pair<Instant, AppId>> clocks_;
    ByApp<Instant> clockOf_; ///< the same by app
    std::optional<Instant> sweepAt_;
};

/// When every app is looked at again (limits.md §2.3).
void setSweep(State& state, Now now);
/// Whatever time alone changes for apps.
void ageApps(Turn& turn);
/// Arms the clocks of these apps anew, of all where something of the device has changed.
void setAppClocks(Turn& turn, ReadSet changed, const ChangedApps& apps);

} // namespace stint
