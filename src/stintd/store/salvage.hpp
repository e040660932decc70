// Reads the rows of a damaged database, around its broken pages, into a new one.
#pragma once
#include <filesystem>

#include "base/sqlite/sqlite.hpp"

namespace stint {

/// The version that the file's tables have, whatever its header says, because the rows have that version's checksums.
/// Our version where no table can be read.
Result<int> versionOf(const std::filesystem::path& damaged);

/// Adds to `fresh`, a database of the same version, the rows that it lacks from the file `damaged`, which is not
/// changed. Only rows whose checksum matches are taken. True if every row could be read. An error is `fresh`'s own: a
/// full disk.
Result<bool> salvage(const std::filesystem::path& damaged, Database& fresh);

} // namespace stint
