// Whether an app's background traffic may pass, and a job's (limits.md §8.1, §8.2).
#pragma once
#include <optional>
#include <string_view>

#include "contract/rules/world.hpp"

namespace stint {

/// What of the device decides on it. While this stays, an app's changes only with the app, its runs or its jobs.
struct NetworkConditions {
    bool charges = false;
    bool dozes = false;
    bool savesBattery = false;
    bool savesData = false;

    bool operator==(const NetworkConditions&) const = default;
};
NetworkConditions networkConditions(const World& world);

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
