// Each app's background network: who is told when it opens or shuts (limits.md §8.1).
#pragma once
#include <optional>

#include "contract/core/by_app.hpp"
#include "contract/rules/network_access.hpp"

namespace stint {

struct Turn;

/// As each app was last told.
struct ToldNetworks {
    ByApp<NetworkVerdict> verdicts;
    std::optional<NetworkConditions> under; ///< what of the device was so, when all were looked at
};

/// Whether every app's is looked at in this turn.
bool tellsAll(Turn& turn);
/// Tells of every app whose network is open or shut since it was last told.
void tellNetworks(Turn& turn);

} // namespace stint
