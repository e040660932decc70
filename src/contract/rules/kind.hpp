// A job's kind, and what follows from it: effective class and priority (jobs.md §1.4), the GateKey that a job waits
// under, and the length of one run: what it is guaranteed, and where it ends (jobs.md §4.4).
#pragma once
#include <optional>

#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/gate.hpp"
#include "contract/model/job.hpp"

namespace stint {

/// The guarantee and the limit of a guard (jobs.md §14.5): nothing but its own condition ends its run.
inline constexpr Duration endlessRun = std::chrono::hours{24 * 365 * 100};

/// The maximum limit of one run; shortened for an app that is over its safeguard (jobs.md §6.7).
Duration longestRun(JobClass kind, bool overSafeguard, const Constants& constants);

/// The class that a run of this class is timed as: regular for a user-initiated one whose app may run none any more.
JobClass timedAs(JobClass kind, const App& app);

/// The known size of a payload; NETWORK_BYTES_UNKNOWN where it is not known.
struct Payload {
    Bytes down = NETWORK_BYTES_UNKNOWN;
    Bytes up = NETWORK_BYTES_UNKNOWN;
};

/// The minimum guarantee of a run. For a user-initiated job it grows with the time the payload takes on `network`.
Duration guaranteedRun(JobClass kind, bool overSafeguard, Payload payload, const std::optional<Network>& network,
                       const Constants& constants);

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
