// Which kind of job may carry what: the one table of jobs.md §1.5. It validates (V11, V12), `stint help constraints`
// prints it, and docs/constraints.md is generated from it.
#pragma once
#include <span>
#include <string_view>

#include "stint/job_info.hpp"

namespace stint {

struct Carries {
    std::string_view method;     ///< as the documentation names it
    bool (*set)(const JobInfo&); ///< whether a job carries it
    bool regular, expedited, userInitiated;
    std::string_view work; ///< the work layer: "yes", "no", or under what condition
    std::string_view note;
};

std::span<const Carries> carriesTable();

} // namespace stint
