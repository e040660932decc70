// An app's past at 0s (scenario.md, apps): when it was last used, and so its bucket.
#pragma once
#include "contract/model/app.hpp"
#include "contract/model/constants.hpp"
#include "sim/scenario/setup.hpp"

namespace stint::sim {

/// The app's memory at 0s (scenario.md, apps), when the usage clocks stand at `time`: when it was last used, and so its
/// bucket.
AppMemory pastOf(const AppId& id, const AppSetup& setup, UsageTime time, Instant zero, const Constants& constants);

} // namespace stint::sim
