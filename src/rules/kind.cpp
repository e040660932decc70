#include "rules/kind.hpp"

#include <algorithm>

#include "rules/connectivity.hpp"
#include "rules/runtime.hpp"

namespace stint {

JobClass kindOf(const Job& job) {
    const bool demoted = job.demotedByUser || job.demotedBySystem;
    return job.info->isUserInitiated() && !demoted ? JobClass::UserInitiated : JobClass::Regular;
}

std::int32_t effectivePriority(const Job& job) {
    if (kindOf(job) == JobClass::UserInitiated) return job.info->getPriority();
    // jobs.md §1.4: capped at HIGH when demoted; decayed by failures when not user-initiated.
    std::int32_t priority = std::min(job.info->getPriority(), JobInfo::PRIORITY_HIGH);
    if (job.failures >= 6) return JobInfo::PRIORITY_MIN;
    if (job.failures >= 4) return std::min(priority, JobInfo::PRIORITY_LOW);
    if (job.failures >= 2) return std::min(priority, JobInfo::PRIORITY_DEFAULT);
    return priority;
}

Asks asksOf(const Job& job, const Constants& constants) {
    const JobInfo& info = *job.info;
    Asks asks{.app = job.key.app,
              .service = info.getService().name,
              .kind = kindOf(job),
              .requestedUserInitiated = info.isUserInitiated(),
              .priority = effectivePriority(job),
              .charging = info.isRequireCharging(),
              .batteryNotLow = info.isRequireBatteryNotLow(),
              .storageNotLow = info.isRequireStorageNotLow(),
              .network = info.getRequiredNetwork()};
    // jobs.md §3.3 clause 2: the chunk where one is set, in each direction, else the estimate of each.
    const Duration most = longestRun(asks.kind, constants);
    const Bytes chunk = info.getMinimumNetworkChunkBytes();
    const bool hasChunk = chunk != unknownBytes;
    asks.leastDown = leastRate(hasChunk ? chunk : info.getEstimatedNetworkDownloadBytes(), most);
    asks.leastUp = leastRate(hasChunk ? chunk : info.getEstimatedNetworkUploadBytes(), most);
    asks.leastWaived = !hasChunk;
    return asks;
}

} // namespace stint
