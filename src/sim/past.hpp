// An app's past at 0s (scenario.md, apps): when it was last used, and so its bucket.
#pragma once
#include "model/app.hpp"
#include "model/constants.hpp"
#include "sim/setup.hpp"

namespace stint::sim {

/// The app's memory at 0s, the usage clocks standing at `time`.
AppMemory pastOf(const AppId& id, const AppSetup& setup, UsageTime time, Instant zero, const Constants& constants);

} // namespace stint::sim
