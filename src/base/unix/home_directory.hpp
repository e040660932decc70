// The home directory of this user, and the XDG directories in it.
#pragma once
#include <filesystem>

namespace stint {

/// $HOME, else the user database's: cron, su and `env -i` may leave HOME out. "/" if neither has one.
std::filesystem::path homeDirectory();

/// The XDG Base Directory that `variable` names if it is absolute, else `otherwise` below the home directory.
std::filesystem::path baseDirectory(const char* variable, const char* otherwise);

} // namespace stint
