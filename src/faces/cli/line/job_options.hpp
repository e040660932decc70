// The options of each verb that schedules a job: the terms on which it starts (jobs.md §14.1), and its conditions: a
// network, and the constraints that are plain flags (contract/model/job_fields.hpp).
#pragma once
#include <optional>
#include <vector>

#include "base/time/time.hpp"
#include "contract/model/job.hpp"
#include "contract/model/job_fields.hpp"
#include "faces/cli/line/verbs.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// The options of the terms on which a job starts (jobs.md §14.1).
std::vector<Option> startOptions();
/// Reads "network=any" or "bytes<=200M"; the daemon checks what it means. IllegalArgument: neither form.
Result<Condition> conditionIn(std::string_view text);

/// The terms, but for the jobs that it starts after, which the daemon knows. IllegalArgument: an option has none of its
/// forms, or its time is past.
Result<StartTerms> startTermsIn(const Arguments&, WallTime now);

using ConstraintFlags = std::vector<const JobField*>;

/// The options for the kind of job that `may` names, such as &JobField::userInitiated. `network`: the help of
/// --network, with its default.
std::vector<Option> conditionOptions(bool JobField::*may, std::string_view network);

/// The network asked for, a JobInfo::NETWORK_TYPE_…; `standard` where none was given. IllegalArgument: --unmetered, and
/// another --network.
Result<std::int32_t> networkIn(const Arguments&, std::int32_t standard);
/// The constraints that were given.
ConstraintFlags constraintsIn(const Arguments&);
void setConstraints(JobInfo::Builder&, const ConstraintFlags&);

} // namespace stint::cli
