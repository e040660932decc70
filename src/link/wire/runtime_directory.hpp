// The place of the daemon's socket: one function finds it for both ends (architecture.md, wire).
#pragma once
#include <filesystem>

#include "stint/result.hpp"

namespace stint::wire {

/// $XDG_RUNTIME_DIR/stint, else /run/user/UID/stint, else /run/stint (root) or /tmp/stint-UID. A directory of ours with
/// mode 0700 and no symlink, or an Error that names it and says what would be right: anybody else who can write there
/// could take the daemon's place. The daemon makes a missing one (`create`); a client does not, and gets the path
/// though nothing is there yet.
Result<std::filesystem::path> runtimeDirectory(bool create);

/// runtimeDirectory() / "bus".
Result<std::filesystem::path> daemonSocket(bool create);

} // namespace stint::wire
