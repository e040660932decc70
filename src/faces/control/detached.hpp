// Programs that outlive the verb that started them: one of ours, or a browser, in a session of its own; and an app's
// main program in a scope of the user's service manager, as a desktop starts it (linux.md §A.6): the unit's name says
// whose it is, and it outlives stintd.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

#include "stint/result.hpp"

namespace stint::cli {

/// The program's output, environment and stdout, in place of ours.
struct Surroundings {
    std::string output;                      ///< a file to which its output is appended
    std::vector<std::string> variables = {}; ///< environment variables that override ours
    int answers = -1;                        ///< a descriptor that is its stdout; -1: `output` is
};

/// This process's environment with those in place of ours of the same names.
std::vector<std::string> environmentWith(std::vector<std::string> variables);

/// Starts the program in a session of its own, away from the terminal and its signals.
Result<pid_t> startDetached(const std::vector<std::string>& words, const Surroundings& around);

/// The last line that `program` wrote to the file, without its name in front.
std::string lastWordsIn(const std::string& file, const std::string& program);

/// True if this user has a systemd manager, and `systemd-run`, which asks it for a scope, is there.
bool hasUserManager();
/// Replaces this process by `command`, in app-stint-PACKAGE-RANDOM.scope. Returns only where that fails.
Result<void> becomeInScope(const std::string& package, std::vector<std::string> command,
                           const std::filesystem::path& here);
/// "app-stint-com.example.two\x2dparts-1f.scope": systemd.unit(5), string escaping.
std::string scopeName(const std::string& package, unsigned random);

} // namespace stint::cli
