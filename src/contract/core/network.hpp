// Each app's background network, and the effects when it opens or shuts (limits.md §8.1).
#pragma once
#include <optional>

#include "contract/core/by_app.hpp"
#include "contract/rules/network_access.hpp"

namespace stint {

struct Turn;

/// The networks' verdicts, as they were last sent for each app.
struct ToldNetworks {
    ByApp<NetworkVerdict> verdicts;
    std::optional<NetworkConditions> under; ///< the device's conditions when all apps were last looked at
};

/// True if every app's network is looked at in this turn.
bool tellsAll(Turn& turn);
/// Sends an effect for every app whose network has opened or shut since its last one.
void tellNetworks(Turn& turn);

} // namespace stint
