// Reads what can be read of a damaged database, row by row around its broken pages, into a new one.
#pragma once
#include <filesystem>
#include <string>

#include "base/fail.hpp"

namespace stint {

/// `damaged` is not changed; `fresh` is empty, and whole and closed afterwards. Only rows whose seal holds are taken.
/// Answers what was kept of each table: "jobs 118, apps 2 (in part), …". An error is `fresh`'s: a full disk.
Result<std::string> salvage(const std::filesystem::path& damaged, const std::filesystem::path& fresh);

} // namespace stint
