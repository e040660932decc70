// The check that no other job makes the same file: two downloads of one file would take turns at its part, or the
// second would find the file in its way after hours.
#pragma once
#include <filesystem>
#include <vector>

#include "contract/model/view.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// Succeeds if none of `live`, the jobs of the transfer app, makes `target`, by whatever path the job names it; an
/// Error names the job. An empty target is vacant. The name that a server will give a file is not known yet, and does
/// not count.
Result<void> checkVacant(const std::filesystem::path& target, const std::vector<JobView>& live);

} // namespace stint::cli
