// Reads what can be read of a damaged database, row by row around its broken pages, into a new one.
#pragma once
#include <filesystem>

#include "base/sqlite/sqlite.hpp"

namespace stint {

/// The version whose tables the file has, whatever its header says: its rows have that version's checksums.
/// Ours where its tables cannot be read.
Result<int> versionOf(const std::filesystem::path& damaged);

/// Adds to `fresh`, a database of the same version, the rows of the file `damaged`, which is not changed, that it
/// lacks. Only rows whose checksum matches are taken. True where every row could be read. An error is `fresh`'s own: a
/// full disk.
Result<bool> salvage(const std::filesystem::path& damaged, Database& fresh);

} // namespace stint
