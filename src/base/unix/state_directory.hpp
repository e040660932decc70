// The directory for files that outlive a process.
#pragma once
#include <filesystem>

namespace stint {

/// $XDG_STATE_HOME/stint, else ~/.local/state/stint, by this process's environment (linux.md §A.10).
std::filesystem::path stateDirectory();

} // namespace stint
