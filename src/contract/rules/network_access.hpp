// Access to the network: whether an app's background traffic may pass, and a job's (limits.md §8.1, §8.2).
#pragma once
#include <optional>
#include <string_view>

#include "contract/rules/world.hpp"

namespace stint {

/// The part of the device's state that decides on it. While it stays, an app's access changes only with the app, its
/// runs or its jobs.
struct NetworkConditions {
    bool charges = false;
    bool dozes = false;
    bool savesBattery = false;
    bool savesData = false;

    bool operator==(const NetworkConditions&) const = default;
};
NetworkConditions networkConditions(const World& world);

/// The rights that an app's jobs give to its background traffic.
struct NetworkRights {
    bool standbyLifted = false; ///< one of its jobs is otherwise ready or runs, with a network (limits.md §8.3)
    bool runsExpedited = false;
    bool runsUserInitiated = false;
    bool isGuarded = false; ///< its guard alone decides (jobs.md §14.5)
    bool guardShuts = false;

    bool operator==(const NetworkRights&) const = default;
};

/// The first rule in the table of limits.md §8.1 that blocks the app's background traffic; empty: none does.
std::string_view networkShutBy(const App& app, const World& world, NetworkRights rights);

/// The same for an app whose jobs give it no rights, with the time at which that may change.
NetworkVerdict networkWithoutJobs(const App& app, const World& world);

/// The time at which an app that has left the screen loses its network by background_network_cutoff_ms; nullopt: it
/// does not.
std::optional<Instant> networkCutOff(const App& app, const Constants& constants);

/// The rule that shuts the network for this job alone (limits.md §8.2); allowed where none does.
NetworkVerdict networkForJob(const Context& context);

} // namespace stint
