// Connectors that the session bus does not know any more, as after their app was uninstalled: their registrations end
// (push.md §4.3).
#pragma once
#include "contract/core/line.hpp"

namespace stint {

/// Goes on counting after a restart. `died`: the last instant at which the boot was known to go on that was written.
void restoreUnknown(Turn& turn, bool sameBoot, Instant died);
/// Has the line see once more, where the time is over, whether the bus still does not know a connector.
void settleUnknown(Turn& turn);

} // namespace stint
