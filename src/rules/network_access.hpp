// Whether an app's background traffic may pass, and a job's (limits.md §8.1, §8.2).
#pragma once
#include <optional>
#include <string_view>

#include "rules/world.hpp"

namespace stint {

struct NetworkVerdict {
    bool allowed = true;
    std::string_view because;        ///< the rule that shuts it: standby, doze, battery_saver, data_saver, background
    std::optional<Instant> askAgain; ///< when time alone may change it

    bool operator==(const NetworkVerdict&) const = default;
};

/// What of an app's jobs counts for its background traffic.
struct NetworkRights {
    bool standbyLifted = false; ///< a job of it is otherwise ready or runs with a network (limits.md §8.3)
    bool runsExpedited = false;
    bool runsUserInitiated = false;
    bool isGuarded = false; ///< its guard alone says so (jobs.md §14.5)
    bool guardShuts = false;

    bool operator==(const NetworkRights&) const = default;
};

/// limits.md §8.1, the table: the first rule that blocks the app's background traffic.
NetworkVerdict networkFor(const App& app, const World& world, NetworkRights rights);

/// When an app that has left the screen loses its network by background_network_cutoff_ms; nullopt: it does not.
std::optional<Instant> networkCutOff(const App& app, const Constants& constants);

/// limits.md §8.2: the rule that shuts the network for this job alone; allowed where none does.
NetworkVerdict networkForJob(const Context& context);

} // namespace stint
