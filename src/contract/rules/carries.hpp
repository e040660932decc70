// The table of what each kind of job may carry (jobs.md §1.5).
#pragma once
#include <span>

#include "contract/model/job_fields.hpp"

namespace stint {

/// The rows of contract/model/job_fields.hpp that jobs.md §1.5 lists, by their methods' names: what each kind of job
/// may carry. It validates (V11, V12), `stint help constraints` prints it, and docs/constraints.md is generated from
/// it.
std::span<const JobField* const> carriesTable();

} // namespace stint
