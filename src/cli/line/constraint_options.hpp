// The options of the constraints that are plain flags (model/job_fields.hpp), for each verb that schedules a job. Pure.
#pragma once
#include <vector>

#include "cli/line/arguments.hpp"
#include "cli/line/verbs.hpp"
#include "model/job_fields.hpp"

namespace stint::cli {

using ConstraintFlags = std::vector<const JobField*>;

/// Of the kind of job that `may` says: &JobField::userInitiated.
std::vector<Option> constraintOptions(bool JobField::*may);
/// Those that were given.
ConstraintFlags constraintsIn(const Arguments&);
void setConstraints(JobInfo::Builder&, const ConstraintFlags&);

} // namespace stint::cli
