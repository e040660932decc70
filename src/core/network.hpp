// Each app's background network: who is told when it opens or shuts (limits.md §8.1).
#pragma once
#include "core/by_app.hpp"
#include "model/reads.hpp"
#include "rules/network_access.hpp"

namespace stint {

struct Turn;

/// As each app was last told.
using ToldNetworks = ByApp<NetworkVerdict>;

/// What of the device decides on an app's network. What of the app does comes with changedApps and changedJobs.
constexpr ReadSet readByNetworks = Reads::Power | Reads::Network | Reads::Doze | Reads::Saver;
/// Every app's network is looked at in this turn, whatever has changed of it.
bool tellsAll(const Turn& turn);
/// Tells of every app whose network is open or shut since it was last told.
void tellNetworks(Turn& turn);

} // namespace stint
