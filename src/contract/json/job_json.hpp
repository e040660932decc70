// A JobInfo as JSON, with the keys of the wire (dbus/org.stint.JobScheduler1.xml), and back. Extras keep their types by
// the wire's type letters. Reading takes nobody's word: an unknown key or a broken rule of jobs.md §1.2 is an error.
#pragma once
#include <string>
#include <string_view>

#include "stint/job_info.hpp"

namespace stint {

/// One line, the same bytes for the same job. Clip data is its paths; descriptors do not outlive the daemon, and a clip
/// that has one is written empty (architecture.md, store): half of what was granted would look like all of it.
std::string jobInfoText(const JobInfo& info);

/// As it was asked for: nothing of it is checked but what JSON can show.
Result<JobInfo> askedJobFrom(std::string_view text);
/// jobs.md §7.2: checked by the rules of §1.2 again.
Result<JobInfo> jobInfoFrom(std::string_view text);

/// Of a work item.
std::string extrasText(const PersistableBundle& extras);
Result<PersistableBundle> extrasFrom(std::string_view text);

} // namespace stint
