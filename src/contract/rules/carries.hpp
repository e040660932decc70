// Which kind of job may carry what: the rows of contract/model/job_fields.hpp that jobs.md §1.5 lists, by their
// methods' names. It validates (V11, V12), `stint help constraints` prints it, and docs/constraints.md is generated
// from it.
#pragma once
#include <span>

#include "contract/model/job_fields.hpp"

namespace stint {

std::span<const JobField* const> carriesTable();

} // namespace stint
