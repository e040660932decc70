// What a job is treated as, and what follows from it for the questions: effective class and priority (jobs.md §1.4),
// and the Asks a job waits under.
#pragma once
#include "model/asks.hpp"
#include "model/constants.hpp"
#include "model/job.hpp"

namespace stint {

/// User-initiated while it was requested so and carries neither demotion mark (jobs.md §1.4, §6.6).
JobClass kindOf(const Job& job);
std::int32_t effectivePriority(const Job& job);
Asks asksOf(const Job& job, const Constants& constants);

} // namespace stint
