// The rules for a JobInfo: the value rules of jobs.md §1.1, the cross-field rules V1 to V13 of §1.2, and the table of
// what each kind of job may carry (§1.5). One function checks them, called by Builder::build() in the app, which knows
// the documentation's constants, and again by the core, which knows the policy's; so no hand-made request gets round
// it. The same for a work item (§2.5).
// The rules that need to know the caller (permissions, its manifest: §2.2, §2.3) are admission's.
#pragma once
#include <optional>
#include <span>

#include "contract/model/constants.hpp"
#include "contract/model/job.hpp"
#include "contract/model/job_fields.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"

namespace stint {

/// The rows of contract/model/job_fields.hpp that jobs.md §1.5 lists, by their methods' names: what each kind of job
/// may carry. It validates (V11, V12), `stint help constraints` prints it, and docs/constraints.md is generated from
/// it.
std::span<const JobField* const> carriesTable();

/// The first rule that `job` breaks, in the order of §1.2: an IllegalArgument whose message starts with the rule's id
/// and says what would be right. nullopt: it breaks none.
std::optional<Error> brokenRule(const JobInfo& job, const Constants& constants);

/// The known bytes down and up together, of a job or a work item (§1.1): an unknown part counts as 0, and a sum too
/// large for a number as the largest; nullopt if both are unknown.
std::optional<Bytes> knownEstimate(Bytes down, Bytes up);

/// IllegalArgument for impossible sizes, a chunk larger than the estimate, or extras that are too large (jobs.md §2.5).
/// Checked by JobWorkItem::Builder::build() in the app, and again in the daemon; rules about its job are the core's.
std::optional<Error> brokenRule(const WorkItem& item);

} // namespace stint
