// An app's main program in a scope of the user's service manager, as a desktop starts it (linux.md §A.6): the unit's
// name says whose it is, and it outlives stintd.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "stint/result.hpp"

namespace stint::cli {

/// Whether a systemd of the user is there, and the program that asks it for a scope.
bool hasUserManager();
/// This process becomes `command`, in app-stint-PACKAGE-RANDOM.scope. Comes back only where it cannot.
Result<void> becomeInScope(const std::string& package, std::vector<std::string> command,
                           const std::filesystem::path& here);
/// "app-stint-com.example.two\x2dparts-1f.scope": systemd.unit(5), string escaping.
std::string scopeName(const std::string& package, unsigned random);

} // namespace stint::cli
