// A job's kind, and what follows from it for the gates: effective class and priority (jobs.md §1.4), and the GateKey
// that a job waits under.
#pragma once
#include "contract/model/gate_key.hpp"
#include "contract/model/job.hpp"
#include "contract/rules/runtime.hpp"

namespace stint {

/// The job's class: user-initiated if it was requested so and carries neither demotion mark (jobs.md §1.4, §6.6).
JobClass kindOf(const Job& job);
std::int32_t effectivePriority(const Job& job);
/// The job's estimates and those of its work items (jobs.md §2.5).
Payload payloadOf(const Job& job);
/// The smallest known chunk of the job and its work items.
Bytes chunkOf(const Job& job);
/// The job's GateKey without override and deadline, which the queue adds.
GateKey gateKeyOf(const Job& job);

} // namespace stint
