// Repairs the pages that hold a damaged database's schema.
#pragma once
#include <filesystem>

#include "base/result/fail.hpp"

namespace stint {

/// Makes `copy`: the database `damaged` with its log, but with the schema's pages of the sound one `fresh`. The first
/// pages of a database hold the schema, which is the way to every other page. Where one of them is broken, those of a
/// new database can replace it: both were made by the same schema.sql, so their tables begin at the same pages. This
/// does not hold for tables that a later version added to a database in use: what is read in their place fails its
/// checksum.
Result<void> copyWithSchemaPages(const std::filesystem::path& damaged, const std::filesystem::path& fresh,
                                 const std::filesystem::path& copy);

} // namespace stint
