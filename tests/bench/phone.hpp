// A phone as people carry it: 60 apps with five jobs each, days of use, nights on the charger. Each of a fleet is told
// apart by its number alone, which moves its hours, so that any of them can be played again.
#pragma once
#include "sim/scenario/scenario.hpp"

namespace stint::bench {

inline constexpr int phoneApps = 60;
inline constexpr int phoneJobs = 5 * phoneApps;

/// The phone of this number over so many days from 08:00 on, as `stint sim` would read it from a file.
sim::Scenario phone(int number, int days);

} // namespace stint::bench
