// The fitness of what the store has: rules reckon with times that lie where they can lie. A store may have been written
// by another version, or changed by hand; its checksums prove only that nobody changed it since. A job that is not fit
// is set aside (docs/decisions/0015), and the others go on.
#pragma once
#include <string>

#include "contract/model/constants.hpp"
#include "contract/model/device.hpp"
#include "contract/model/job.hpp"

namespace stint {

/// The fault of the job's record, in words for a person; empty: it has none.
std::string whyUnfit(const Job& job);

/// The stored state of the device, of this boot, with nothing in it that holds work back for longer than its rule can:
/// a beginning lies no later than now, an end no later than if it had begun now.
DeviceState believable(DeviceState stored, Instant now, const Constants& constants);

} // namespace stint
