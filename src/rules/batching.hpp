// Holding regular jobs back until several are ready, so that the device wakes up once for all (jobs.md §3.7). Off
// unless a policy turns it on.
#pragma once
#include <cstdint>

#include "model/asks.hpp"
#include "model/constants.hpp"

namespace stint {

/// Whether jobs of these Asks may be held: regular ones on their first attempt, that nobody pushes.
bool mayBeHeld(const Asks& asks, const Constants& constants);

/// How many must be ready to go on.
std::int64_t batchSize(const Constants& constants);

} // namespace stint
