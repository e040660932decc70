// The number of jobs that run at once (jobs.md §3.6).
#pragma once
#include <cstdint>

#include "stint/units.hpp"

namespace stint {

/// The steady limit L of a machine with this much memory; job.slots overrides it.
std::int64_t slotsFor(Bytes memory);

} // namespace stint
