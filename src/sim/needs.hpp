// What a scenario uses that the core cannot do yet: the limits of limits.md. Such a scenario is not played, for its
// outcome would mean nothing; where only a detail has no effect, it is played and the detail is told. The list shrinks
// as the core learns; at its end this file goes.
#pragma once
#include <string>
#include <vector>

#include "sim/scenario.hpp"

namespace stint::sim {

struct Need {
    Place place;
    std::string what;      ///< "limits.md: doze"
    bool essential = true; ///< else it has no effect, and the rest is played
};

/// In the order of the file, each thing once.
std::vector<Need> needsOf(const Scenario& scenario);

} // namespace stint::sim
