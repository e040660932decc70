#include "base/unix/state_directory.hpp"

#include "base/unix/home_directory.hpp"

namespace stint {

std::filesystem::path stateDirectory() { return baseDirectory("XDG_STATE_HOME", ".local/state") / "stint"; }

} // namespace stint
