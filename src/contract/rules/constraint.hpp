// The constraints a job states for itself (jobs.md §3.2): power and storage. The network has a file of its own.
#pragma once
#include <string>

#include "contract/model/verdict.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// limits.md §10.3: power alone meets the charging constraint of a job of the app on top, of priority DEFAULT or above;
/// of a job that was begun so, for as long as the plug is in.
bool pluggedIsEnough(const Context&);

// Each is asked about the jobs that have its constraint, and no others.
Verdict chargingGate(const Context&);
Verdict batteryNotLowGate(const Context&);
Verdict storageNotLowGate(const Context&);
Verdict deviceIdleGate(const Context&);

/// What is, and what is wanted, in words for a person.
std::string describeCharging(const Context&);
std::string describeBattery(const Context&);
std::string describeStorage(const Context&);
std::string describeIdle(const Context&);

} // namespace stint
