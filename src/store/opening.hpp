// From a directory to a database that may be trusted: versions, repair, how it keeps its journal.
#pragma once
#include <string>
#include <vector>

#include "store/directory.hpp"
#include "store/sqlite.hpp"

namespace stint {

/// How commits become durable. A write-ahead log wants shared memory's file locks, which network file systems lack.
enum class Journal { WriteAhead, RollBack };

/// Opens or makes DIRECTORY/stint.db, brings it to our version and checks it whole. Of a newer version: IllegalState,
/// and nothing of it is changed. Damaged: set aside and rebuilt, which `notes` tell.
Result<Database> openDatabase(const StoreDirectory& directory, Journal journal, std::vector<std::string>& notes);

} // namespace stint
