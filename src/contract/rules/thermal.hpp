// What a hot device lets run, by kind and priority of the job (limits.md §10.1).
#pragma once
#include "contract/rules/world.hpp"

namespace stint {

/// Whether the heat keeps a waiting job from starting, or stops a running one.
bool thermallyRestricted(const Context& context);

} // namespace stint
