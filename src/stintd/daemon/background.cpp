#include "stintd/daemon/background.hpp"

namespace stint {

CgroupLimits backgroundLimitsBy(const Constants& constants) {
    const auto unlessNone = [](std::int64_t value) {
        return value == Constants::none.count() ? std::nullopt : std::optional(value);
    };
    return {.memoryMax = unlessNone(constants.backgroundMemoryMax),
            .tasksMax = unlessNone(constants.backgroundTasksMax),
            .cpuQuota = unlessNone(constants.backgroundCpuQuota),
            .cpuWeight = constants.backgroundCpuWeight};
}

} // namespace stint
