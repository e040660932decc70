// The rules for a JobInfo: the value rules of jobs.md §1.1 and the cross-field rules V1 to V13 of §1.2. One function
// checks them, called by Builder::build() in the app, which knows the documentation's constants, and again by the core,
// which knows the policy's; so no hand-made request gets round it.
// The rules that need to know the caller (permissions, its manifest: §2.2, §2.3) are admission's.
#pragma once
#include <optional>

#include "contract/model/constants.hpp"
#include "stint/job_info.hpp"

namespace stint {

/// The first rule that `job` breaks, in the order of §1.2: an IllegalArgument whose message starts with the rule's id
/// and says what would be right. nullopt: it breaks none.
std::optional<Error> brokenRule(const JobInfo& job, const Constants& constants);

/// The known bytes down and up together, of a job or a work item (§1.1): an unknown part counts as 0, and a sum too
/// large for a number as the largest; nullopt if both are unknown.
std::optional<Bytes> knownEstimate(Bytes down, Bytes up);

} // namespace stint
