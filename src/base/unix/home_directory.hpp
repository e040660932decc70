// Where this user's files are.
#pragma once
#include <filesystem>

namespace stint {

/// $HOME, else what the user database says: cron, su and `env -i` may leave HOME out. "/": neither knows it.
std::filesystem::path homeDirectory();

/// The XDG Base Directory that `variable` names where it is absolute, else `otherwise` below the home directory.
std::filesystem::path baseDirectory(const char* variable, const char* otherwise);

} // namespace stint
