// What an app at 0s has behind it (scenario.md, apps): when it was last used, and so in which bucket it is.
#pragma once
#include "model/app.hpp"
#include "model/constants.hpp"
#include "sim/setup.hpp"

namespace stint::sim {

/// The app's memory at 0s, the usage clocks standing at `time`.
AppMemory pastOf(const AppId& id, const AppSetup& setup, UsageTime time, Instant zero, const Constants& constants);

} // namespace stint::sim
