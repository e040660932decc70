// Opens the database of a directory so that it can be trusted: its version, its repair, its journal mode.
#pragma once
#include <string>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "stintd/store/directory.hpp"

namespace stint {

/// The way in which commits become durable. A write-ahead log needs shared memory, which network file systems lack.
enum class Journal { WriteAhead, RollBack };

/// Opens or makes DIRECTORY/stint.db, brings it to our version and checks all of it. A newer version is IllegalState,
/// and nothing is changed. A damaged database is set aside and rebuilt, and `notes` say so.
Result<Database> openDatabase(const StoreDirectory& directory, Journal journal, std::vector<std::string>& notes);

} // namespace stint
