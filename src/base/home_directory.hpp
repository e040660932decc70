// Where this user's files are.
#pragma once
#include <filesystem>

namespace stint {

/// $HOME, else what the user database says: cron, su and `env -i` may leave HOME out. "/": neither knows it.
std::filesystem::path homeDirectory();

} // namespace stint
