// The store as it was when a recording began.
#pragma once
#include "contract/model/record.hpp"
#include "sim/scenario/scenario.hpp"
#include "stint/result.hpp"

namespace stint::sim {

/// The snapshot in the file that `from:` names, beside the recording; as a core of that boot loads it.
Result<Snapshot> snapshotOf(const Scenario& recording, const BootId& boot);

} // namespace stint::sim
