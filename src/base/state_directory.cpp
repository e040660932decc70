#include "base/state_directory.hpp"

#include <cstdlib>

#include "base/home_directory.hpp"

namespace stint {

std::filesystem::path stateDirectory() {
    const char* const state = std::getenv("XDG_STATE_HOME");
    if (state && *state == '/') return std::filesystem::path(state) / "stint";
    return homeDirectory() / ".local/state/stint";
}

} // namespace stint
