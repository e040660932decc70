// Whether a file is no other job's already: two downloads of one file would take turns at its part, or the second would
// find the file in its way after hours.
#pragma once
#include <filesystem>
#include <vector>

#include "contract/model/view.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// Whether none of `live`, the jobs of the transfer app, makes `target`, by whatever path it names it; else an Error
/// that names the job. An empty target is vacant. What a server will call a file is not known yet, and does not count.
Result<void> checkVacant(const std::filesystem::path& target, const std::vector<JobView>& live);

} // namespace stint::cli
