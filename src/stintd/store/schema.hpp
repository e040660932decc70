// The tables of the store, and the way from each version of them to the next (schema.sql).
#pragma once
#include <string_view>

#include "base/sqlite/sqlite.hpp"

namespace stint {

/// The text of schema.sql, built into the program.
extern const std::string_view schemaText;

/// The version this program writes: the number of parts in schema.sql.
int schemaVersion();

/// Brings `database`, which has seal(), from its own version to version `to`, each part in one transaction. After an
/// error it must be closed.
Result<void> migrate(Database& database, int to = schemaVersion());

/// True if a database of our version has exactly the tables of schema.sql: damage may change even a name in it.
Result<bool> hasOurSchema(Database& database);

} // namespace stint
