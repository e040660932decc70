// The tables of work.db and their versions (schema.sql).
#pragma once
#include <string_view>

#include "base/sqlite/sqlite.hpp"

namespace stint::work {

/// The text of schema.sql, which the build puts in.
extern const std::string_view schemaText;

/// The version that this program writes: the number of parts in schema.sql.
int schemaVersion();

/// Brings `database` from its own version to ours, in one transaction. ILLEGAL_STATE for a newer one, which is left as
/// it is.
Result<void> migrate(Database& database);

} // namespace stint::work
