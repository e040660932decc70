// Which file a command's first word names, as a shell looks for it (POSIX 2.9.1): a path as it is, a name in PATH.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "stint/result.hpp"

namespace stint {

/// Where PATH is not set.
inline constexpr const char* defaultPath = "/usr/local/bin:/usr/bin:/bin";

/// The file to execute; relative paths, and PATH's relative directories, are in `directory`. System where there is none
/// (a shell's 127), Security where there is a file that may not be executed (126); either says what is missing.
Result<std::filesystem::path> findProgram(const std::string& program, const std::string& path,
                                          const std::filesystem::path& directory);

/// By the PATH of this process.
Result<std::filesystem::path> findOnPath(const std::string& program, const std::filesystem::path& directory = "/");

/// Where this process's own program is; empty where /proc does not say.
std::filesystem::path ownDirectory();

/// Where the programs are that no person starts: beside this one in a build tree, else in its installation.
std::filesystem::path libexecDirectory();

/// Where this process works. System: it is gone.
Result<std::filesystem::path> workingDirectory();

/// As execve() and posix_spawn() take them: pointers into `words`, which must outlive them, and a null pointer.
std::vector<char*> pointersTo(std::vector<std::string>& words);

} // namespace stint
