// The limits of background work.
#pragma once
#include "base/cgroup/cgroup_limits.hpp"
#include "contract/model/constants.hpp"

namespace stint {

/// The limits of background work, by the policy (limits.md §13).
CgroupLimits backgroundLimitsBy(const Constants&);

} // namespace stint
