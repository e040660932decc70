// An app's main program in a scope of the user's service manager, as a desktop starts it (linux.md §A.6): the unit's
// name says whose it is, and it outlives stintd.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "stint/result.hpp"

namespace stint::cli {

/// True if this user has a systemd manager, and `systemd-run`, which asks it for a scope, is there.
bool hasUserManager();
/// Replaces this process by `command`, in app-stint-PACKAGE-RANDOM.scope. Returns only where that fails.
Result<void> becomeInScope(const std::string& package, std::vector<std::string> command,
                           const std::filesystem::path& here);
/// "app-stint-com.example.two\x2dparts-1f.scope": systemd.unit(5), string escaping.
std::string scopeName(const std::string& package, unsigned random);

} // namespace stint::cli
