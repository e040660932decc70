// What a JobInfo asks for, one fact a line, by the keys of dbus/org.stint.JobScheduler1.xml: for the dump (jobs.md
// §9.3), as text and as JSON. What is unset is left out. Pure.
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

/// Of extras the keys alone: their values are the app's own business.
std::vector<Fact> factsOf(const JobInfo&);
/// "1min30s", "true", "INTERNET VALIDATED".
std::string textOf(const Fact&);

/// The constraints that keep it waiting where they do not hold, by the reasons they are told as (jobs.md §9.1).
std::vector<PendingReason> reasonsToWaitOf(const JobInfo&);

} // namespace stint::cli
