// Makes stint.db: empty, or from what can be read of a damaged one, which is set aside (architecture.md, store). A
// crash at any point loses nothing: the new one is made beside the old one and renamed into place, and an interrupted
// rename is repeated. So any stint.db that exists was once whole.
#pragma once
#include <string>
#include <vector>

#include "stintd/store/directory.hpp"

namespace stint {

/// For a directory without stint.db.
Result<void> makeNew(const StoreDirectory& directory);

/// Whether it is there, and long enough for a database.
bool hasPage(const std::filesystem::path& database);

/// Where stint.db is gone or empty beside a log, which may be all of a young store: makes a new one for the log to be
/// read over. What was done, in words, or nothing.
Result<std::string> makeBeneathLog(const StoreDirectory& directory);

/// Of stint.db, which is closed and was found damaged because of `why`. `notes` tell what was kept, and where the old
/// file is: stint.db.damaged-TIME, TIME being when it was last written.
Result<void> rebuild(const StoreDirectory& directory, std::string_view why, std::vector<std::string>& notes);

/// Puts in place what a crash has left ready, if anything.
Result<void> finishMaking(const StoreDirectory& directory);

} // namespace stint
