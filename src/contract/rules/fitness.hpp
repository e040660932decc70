// What of the store can be believed: what rules reckon with lies where it can lie. A store may have been written by
// another version, or changed by hand; its checksums say only that nobody changed it since. A job that is not fit is
// set aside (docs/decisions/0015), and the others go on.
#pragma once
#include <string>

#include "contract/model/constants.hpp"
#include "contract/model/device.hpp"
#include "contract/model/job.hpp"

namespace stint {

/// What is wrong with it, for a person; empty: nothing is.
std::string whyUnfit(const Job& job);

/// The stored state of the device, of this boot, with nothing in it that holds work back for longer than its rule can:
/// what begins lies no later than now, what ends no later than if it had begun now.
DeviceState believable(DeviceState stored, Instant now, const Constants& constants);

} // namespace stint
