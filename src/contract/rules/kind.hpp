// What a job is treated as, and what follows from it for the questions: effective class and priority (jobs.md §1.4),
// and the GateKey a job waits under.
#pragma once
#include "contract/model/gate_key.hpp"
#include "contract/model/job.hpp"
#include "contract/rules/runtime.hpp"

namespace stint {

/// User-initiated while it was requested so and carries neither demotion mark (jobs.md §1.4, §6.6).
JobClass kindOf(const Job& job);
std::int32_t effectivePriority(const Job& job);
/// The job's estimates and those of its work items (jobs.md §2.5).
Payload payloadOf(const Job& job);
/// The smallest known chunk of both.
Bytes chunkOf(const Job& job);
/// Without override and deadline: those are the queue's to know.
GateKey gateKeyOf(const Job& job);

} // namespace stint
