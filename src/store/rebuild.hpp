// A damaged database is set aside, and a new one made of what can be read of it (design.md, store). A crash at any
// point of it loses nothing: the new one is made beside the old one, and renames that are repeated put it in its place.
#pragma once
#include <string>
#include <vector>

#include "store/directory.hpp"

namespace stint {

/// Of stint.db, which is closed and was found damaged because of `why`. `notes` tell what was kept, and where the old
/// file is: stint.db.damaged-TIME, TIME being when it was last written.
Result<void> rebuild(const StoreDirectory& directory, std::string_view why, std::vector<std::string>& notes);

/// Puts a database that was rebuilt in place, also one that a crash has left. Nothing to do where there is none.
Result<void> finishRebuild(const StoreDirectory& directory);

} // namespace stint
