// Opens the database of a directory so that it can be trusted: version, repair, journal mode.
#pragma once
#include <string>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "stintd/store/directory.hpp"

namespace stint {

/// How commits become durable. A write-ahead log wants shared memory's file locks, which network file systems lack.
enum class Journal { WriteAhead, RollBack };

/// Opens or makes DIRECTORY/stint.db, brings it to our version and checks it whole. A newer version is
/// IllegalState, and nothing is changed. A damaged one is set aside and rebuilt, and `notes` say so.
Result<Database> openDatabase(const StoreDirectory& directory, Journal journal, std::vector<std::string>& notes);

} // namespace stint
