// A checksum over a row's values.
#pragma once
#include "base/sqlite/sqlite.hpp"

namespace stint {

/// Gives `database` the SQL function seal(value, …): 64 bits over the types and bytes of its values. A row keeps this
/// checksum, so a change on the disk is detected when the row is read. SQLite has no checksums of its own; its
/// integrity check sees a broken page, not a changed digit.
Result<void> addRowChecksum(Database& database);

/// The same checksum over one number.
std::int64_t rowChecksum(std::int64_t number);

} // namespace stint
