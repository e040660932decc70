// A sum over a row's values, kept in the row: what a disk has changed is found out when it is read. SQLite has no
// checksums of its own; its integrity check sees a broken page, not a changed digit.
#pragma once
#include "store/sqlite.hpp"

namespace stint {

/// Gives `database` the SQL function seal(value, …): 64 bits over the types and bytes of its values.
Result<void> addSeal(Database& database);

/// The same sum over one number.
std::int64_t sealOf(std::int64_t number);

} // namespace stint
