// Opens the database of a directory so that it can be trusted: its version, its repair, its journal mode
// (architecture.md, store).
// stint.db is made empty, or from what can be read of a damaged one, which is set aside. A crash at any point loses
// nothing: the new database is made beside the old one and renamed into place, and an interrupted rename is repeated.
// So any stint.db that exists was once whole.
#pragma once
#include <string>
#include <vector>

#include "base/sqlite/sqlite.hpp"
#include "stintd/store/directory.hpp"

namespace stint {

/// Makes an empty database, for a directory without stint.db; finishMaking() puts it in place.
Result<void> makeNew(const StoreDirectory& directory);

/// True if the file exists and is long enough for a database.
bool hasPage(const std::filesystem::path& database);

/// Makes a new stint.db where it is gone or empty beside a log, which may be all of a young store: the log is then read
/// over it. Returns what was done, in words; empty: nothing.
Result<std::string> makeBeneathLog(const StoreDirectory& directory);

/// Makes a new database from stint.db, which is closed and was found damaged because of `why`; finishMaking() puts it
/// in place. `notes` say what was kept, and where the old file goes: stint.db.damaged-TIME, TIME being when it was last
/// written.
Result<void> rebuild(const StoreDirectory& directory, std::string_view why, std::vector<std::string>& notes);

/// Puts a database in place that is ready, whether made now or left by a crash.
Result<void> finishMaking(const StoreDirectory& directory);

/// The way in which commits become durable. A write-ahead log needs shared memory, which network file systems lack.
enum class Journal { WriteAhead, RollBack };

/// Writes all that the database holds into `file`, which is empty or absent.
Result<void> copyInto(Database& database, const std::filesystem::path& file);

/// Opens or makes DIRECTORY/stint.db, brings it to our version and checks all of it. A newer version is IllegalState,
/// and nothing is changed. A damaged database is set aside and rebuilt, and `notes` say so.
Result<Database> openDatabase(const StoreDirectory& directory, Journal journal, std::vector<std::string>& notes);

} // namespace stint
