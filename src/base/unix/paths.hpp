// Paths: this user's home directory, the XDG directories in it, and ours for files that outlive a process; the
// directories of this program; and the file that a command's first word names, found as a shell finds it (POSIX
// 2.9.1): a path as it is, a name in PATH.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "stint/result.hpp"

namespace stint {

/// $HOME, else the user database's: cron, su and `env -i` may leave HOME out. "/" if neither has one.
std::filesystem::path homeDirectory();

/// The XDG Base Directory that `variable` names if it is absolute, else `otherwise` below the home directory.
std::filesystem::path baseDirectory(const char* variable, const char* otherwise);

/// $XDG_STATE_HOME/stint, else ~/.local/state/stint, by this process's environment (linux.md §A.10).
std::filesystem::path stateDirectory();

/// Used where PATH is not set.
inline constexpr const char* defaultPath = "/usr/local/bin:/usr/bin:/bin";

/// The file to execute; relative paths, and PATH's relative directories, are in `directory`. System if there is none (a
/// shell's 127), Security if there is a file that may not be executed (126); either says what is missing.
Result<std::filesystem::path> findProgram(const std::string& program, const std::string& path,
                                          const std::filesystem::path& directory);

/// The same by the PATH of this process.
Result<std::filesystem::path> findOnPath(const std::string& program, const std::filesystem::path& directory = "/");

/// The directory of this process's own program; empty if /proc does not say.
std::filesystem::path ownDirectory();

/// The directory of the programs that no person starts: beside this one in a build tree, else in its installation.
std::filesystem::path libexecDirectory();

/// The working directory of this process. System: it is gone.
Result<std::filesystem::path> workingDirectory();

/// An argv for execve() and posix_spawn(): pointers into `words`, which must outlive them, and a null pointer.
std::vector<char*> pointersTo(std::vector<std::string>& words);

} // namespace stint
