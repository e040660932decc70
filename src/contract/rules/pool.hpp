// Pools: jobs of one app of which only so many run at once, as a person asks (jobs.md §14.1).
#pragma once
#include <string>
#include <string_view>

#include "contract/model/gate.hpp"
#include "contract/model/job.hpp"
#include "contract/rules/world.hpp"
#include "stint/result.hpp"

namespace stint {

/// IllegalArgument: a depth without a pool, a pool without a depth, or one that is out of range.
Result<void> checkPool(const StartTerms& terms);

/// The name of the gate's row: a job that waits for it alone waits for nothing but other jobs.
inline constexpr std::string_view poolGateName = "pool";

/// Shut while as many of the pool run as the job's depth says.
Verdict poolGate(const Context&);
std::string describePool(const Context&);

/// The part of the world that the gate reads for this GateKey.
ReadSet readByPool(const GateKey&);

} // namespace stint
