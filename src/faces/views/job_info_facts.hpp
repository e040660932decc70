// The terms of a JobInfo, one fact a line, by the keys of dbus/org.stint.JobScheduler1.xml: for the dump (jobs.md
// §9.3), as text and as JSON. Unset ones are left out. Pure.
#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "stint/job_info.hpp"
#include "stint/reasons.hpp"

namespace stint::cli {

struct Fact {
    std::string_view name;
    std::variant<bool, std::int64_t, Duration, std::string, std::vector<std::string>> value;
};

/// The job's facts; of its extras only the keys: their values are the app's own business.
std::vector<Fact> factsOf(const JobInfo&);
/// "1min30s", "true", "INTERNET VALIDATED".
std::string textOf(const Fact&);

/// The reasons for which the job would wait if its constraints did not hold (jobs.md §9.1).
std::vector<PendingReason> reasonsToWaitOf(const JobInfo&);

} // namespace stint::cli
