// The tables of the store and the way from each version of them to the next (schema.sql).
#pragma once
#include <string_view>

#include "base/sqlite/sqlite.hpp"

namespace stint {

/// schema.sql as it was built in.
extern const std::string_view schemaText;

/// The version this program writes: the number of parts in schema.sql.
int schemaVersion();

/// Brings `database`, which has seal(), from its own version to version `to`, ours unless told otherwise, each part in
/// one transaction. After an error it must be closed.
Result<void> migrate(Database& database, int to = schemaVersion());

/// Whether a database of our version has exactly the tables of schema.sql: even a name in it may be damaged.
Result<bool> hasOurSchema(Database& database);

} // namespace stint
