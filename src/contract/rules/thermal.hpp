// Heat: what a hot device lets run, by kind and priority of the job (limits.md §10.1).
#pragma once
#include "contract/rules/world.hpp"

namespace stint {

/// True if the heat keeps a waiting job from starting, or stops a running one (limits.md §10.1).
bool thermallyRestricted(const Context& context);

} // namespace stint
