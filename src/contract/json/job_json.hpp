// A JobInfo as JSON, with the keys of the wire (dbus/org.stint.JobScheduler1.xml), and back. Extras keep their types by
// the wire's type letters. Reading trusts nobody: an unknown key or a broken rule of jobs.md §1.2 is an error.
#pragma once
#include <string>
#include <string_view>

#include "stint/job_info.hpp"

namespace stint {

/// One line, the same bytes for the same job. Clip data is written as its paths. Descriptors do not outlive the daemon,
/// so a clip that has one is written empty (architecture.md, store): half of the grant would look like all of it.
std::string jobInfoText(const JobInfo& info);

/// The job as it was asked for, checked only as far as JSON can show.
Result<JobInfo> askedJobFrom(std::string_view text);
/// The job, checked by the rules of §1.2 again (jobs.md §7.2).
Result<JobInfo> jobInfoFrom(std::string_view text);

/// The extras of a work item.
std::string extrasText(const PersistableBundle& extras);
Result<PersistableBundle> extrasFrom(std::string_view text);

} // namespace stint
