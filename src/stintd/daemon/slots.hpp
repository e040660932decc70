// The number of jobs that may run at once on this machine, unless a policy sets it (jobs.md §3.6).
#pragma once
#include <string_view>

#include "contract/policy/policy.hpp"

namespace stint {

inline constexpr std::string_view slotsKey = "job.slots";

/// Sets the number of jobs that may run at once by the machine's memory; a policy's own value stays.
void setSlots(Policy& policy);

} // namespace stint
