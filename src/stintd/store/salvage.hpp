// Reads the rows of a damaged database, around its broken pages, into a new one; broken pages of the schema are
// replaced first, in a copy.
#pragma once
#include <filesystem>

#include "base/result/errors.hpp"
#include "base/sqlite/sqlite.hpp"

namespace stint {

/// Makes `copy`: the database `damaged` with its log, but with the schema's pages of the sound one `fresh`. The first
/// pages of a database hold the schema, which is the way to every other page. Where one of them is broken, those of a
/// new database can replace it: both were made by the same schema.sql, so their tables begin at the same pages. This
/// does not hold for tables that a later version added to a database in use: what is read in their place fails its
/// checksum.
Result<void> copyWithSchemaPages(const std::filesystem::path& damaged, const std::filesystem::path& fresh,
                                 const std::filesystem::path& copy);

/// The version that the file's tables have, whatever its header says, because the rows have that version's checksums.
/// Our version where no table can be read.
Result<int> versionOf(const std::filesystem::path& damaged);

/// Adds to `fresh`, a database of the same version, the rows that it lacks from the file `damaged`, which is not
/// changed. Only rows whose checksum matches are taken. True if every row could be read. An error is `fresh`'s own: a
/// full disk.
Result<bool> salvage(const std::filesystem::path& damaged, Database& fresh);

} // namespace stint
