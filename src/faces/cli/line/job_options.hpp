// The options of each verb that schedules a job: the terms on which it starts (jobs.md §14.1), and its conditions: a
// network, and the constraints that are plain flags (contract/model/job_fields.hpp).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time/time.hpp"
#include "contract/model/conditions.hpp"
#include "contract/model/job.hpp"
#include "contract/model/job_fields.hpp"
#include "faces/cli/line/verbs.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// The options of the terms on which a job starts (jobs.md §14.1).
std::vector<Option> startOptions();

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

/// The instant that --at names (jobs.md §14.1), in the words of systemd.time(7) and at(1), and in this machine's zone
/// or UTC: "02:00", "9pm" and "noon", the next time it is that late; "tomorrow", "friday" and "2026-11-22", from 00:00
/// on, or with a time; "@1795312800", seconds since 1970; and "+90min", "now + 1 hour" or "tomorrow + 2 days", so much
/// later. Upper and lower case are the same. A time that clocks jump over is the instant of the jump; one that comes
/// twice is the first. IllegalArgument: none of these forms, or it is past.
Result<WallTime> startTimeIn(const std::string& text, WallTime now);

} // namespace stint::cli
