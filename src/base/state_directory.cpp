#include "base/state_directory.hpp"

#include <cstdlib>

namespace stint {

std::filesystem::path stateDirectory() {
    const char* const state = std::getenv("XDG_STATE_HOME");
    if (state && *state == '/') return std::filesystem::path(state) / "stint";
    const char* const home = std::getenv("HOME");
    return std::filesystem::path(home && *home ? home : "/") / ".local/state/stint";
}

} // namespace stint
