// The gates of limits.md: what quota, Doze, battery saver, heat and the user's choice for an app leave open to its
// jobs, and what they stop.
#pragma once
#include <string>

#include "contract/model/gate.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// The class that the job runs as if it begins now: an expedited one without expedited quota is a regular one (jobs.md
/// §1.4). For a running job the class that it began as.
JobClass treatedAs(const Context&);
/// The same for any waiting job of this class.
JobClass treatedAs(JobClass kind, const App& app, const World& world);

Verdict restrictionGate(const Context&); ///< the user has restricted the app's battery (limits.md §9)
Verdict saverGate(const Context&);       ///< battery saver (limits.md §9)
Verdict dozeGate(const Context&);        ///< limits.md §6.6, §6.4
Verdict thermalGate(const Context&);     ///< limits.md §10.1
Verdict quotaGate(const Context&);       ///< limits.md §3.5, §4, §5
// A job that runs by the idle path keeps its conditions (limits.md §5): power and idleness, and its network.
Verdict idlePathGate(const Context&);
Verdict idlePathNetworkGate(const Context&);

/// True if the idle path is there for the app's jobs at all (limits.md §5).
bool mayIdlePath(const App& app);

/// True if a restricted app's job may run without quota (limits.md §5): charging, battery not low, idle, and unmetered
/// where it needs a network.
bool idlePathOpen(const Context&);

/// True for an expedited run that is out of its quota, and goes on until its guarantee ends (limits.md §4).
bool goesOnByGuarantee(const Context&);

/// True in free time of an app under either policy: charging and not restricted, or on screen (jobs.md §6.7).
bool alwaysFree(const App& app, const World& world);

/// True if a job that begins now does so by the idle path alone, or if a running job goes on by it (§9). Such a run
/// does so until the path is closed and its app has quota, which it uses from then on.
bool goesByIdlePath(const Context&);

std::string describeRestriction(const Context&);
std::string describeSaver(const Context&);
std::string describeDoze(const Context&);
std::string describeThermal(const Context&);
std::string describeQuota(const Context&);
std::string describeIdlePath(const Context&);

/// True if the heat keeps a waiting job from starting, or stops a running one (limits.md §10.1).
bool thermallyRestricted(const Context& context);

} // namespace stint
