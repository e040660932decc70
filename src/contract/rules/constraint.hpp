// The constraints that a job states for itself (jobs.md §3.2): power, storage and idleness. The network has a file of
// its own.
#pragma once
#include <string>

#include "contract/model/verdict.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// True if power alone meets the job's charging constraint (limits.md §10.3): while the plug is in, for a job of the
/// app on top with priority DEFAULT or above, and for a run that began as one.
bool pluggedIsEnough(const Context&);

// Each gate is asked about the jobs that have its constraint, and no others.
Verdict chargingGate(const Context&);
Verdict batteryNotLowGate(const Context&);
Verdict storageNotLowGate(const Context&);
Verdict deviceIdleGate(const Context&);

/// The present state and the wanted one, in words for a person.
std::string describeCharging(const Context&);
std::string describeBattery(const Context&);
std::string describeStorage(const Context&);
std::string describeIdle(const Context&);

} // namespace stint
