// The options of the conditions that a job may have, for each verb that schedules one: a network, the constraints that
// are plain flags (contract/model/job_fields.hpp), and when it starts (start_options.hpp).
#pragma once
#include <vector>

#include "contract/model/job_fields.hpp"
#include "faces/cli/line/arguments.hpp"
#include "faces/cli/line/verbs.hpp"
#include "stint/result.hpp"

namespace stint::cli {

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
