// A file for SQLite to open, made where there is none.
#pragma once
#include <filesystem>

#include "stint/result.hpp"

namespace stint::work {

/// The path may not be a link, which somebody may have planted, nor a device or a pipe, for which opening might wait.
Result<void> makePlainFile(const std::filesystem::path& file);

} // namespace stint::work
