// A file that SQLite is to open, made where there is none.
#pragma once
#include <filesystem>

#include "stint/result.hpp"

namespace stint::work {

/// Not through a link that somebody has planted, and never a device or a pipe, which opening might wait for.
Result<void> makePlainFile(const std::filesystem::path& file);

} // namespace stint::work
