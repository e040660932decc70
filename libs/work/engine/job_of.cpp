#include "work/engine/job_of.hpp"

#include <algorithm>

#include "work/engine/constraints.hpp"

namespace stint::work {

Duration backoff(const Spec& spec, std::int32_t attempts) {
    Duration wait = spec.backoffDelay;
    for (std::int32_t nth = 1; nth < attempts && wait < WorkRequest::MAX_BACKOFF; ++nth)
        wait += spec.backoffPolicy == BackoffPolicy::LINEAR ? spec.backoffDelay : wait;
    return std::min<Duration>(wait, WorkRequest::MAX_BACKOFF);
}

Duration waitOf(const Request& request) {
    const Spec& spec = request.spec;
    if (request.waitsForRetry()) return backoff(spec, request.attempts);
    if (request.attempts > 0) return Duration(0); // the system stopped it
    if (!spec.period) return spec.initialDelay;
    const auto [interval, flex] = *spec.period;
    return request.isFirstPeriod() ? spec.initialDelay + interval - flex : interval;
}

void waitFrom(Request& request, WallTime since) {
    request.waitsSince = since;
    reckonWait(request);
}

void reckonWait(Request& request) {
    request.notBefore = request.waitsSince + waitOf(request);
    if (request.nextOverride) {
        const WallTime earliest = request.waitsSince + PeriodicWorkRequest::MIN_PERIODIC_INTERVAL;
        request.notBefore = request.isFirstPeriod() ? *request.nextOverride : std::max(*request.nextOverride, earliest);
    }
    if (request.isPeriodic() && request.attempts == 0)
        request.windowEnd = request.notBefore + request.spec.period->flex;
}

Duration latency(const Request& request, WallTime now) {
    const Spec& spec = request.spec;
    if (request.nextOverride) return std::clamp<Duration>(request.notBefore - now, Duration(0), longestWait);
    const Duration longest =
        std::max({spec.initialDelay + (spec.period ? spec.period->interval : Duration(0)),
                  spec.period ? spec.period->interval * 2 : Duration(0), Duration(WorkRequest::MAX_BACKOFF)});
    return std::clamp<Duration>(request.notBefore - now, Duration(0), longest);
}

namespace {

std::optional<NetworkRequest> networkOf(const Constraints& constraints) {
    if (constraints.getRequiredNetworkRequest()) return constraints.getRequiredNetworkRequest();
    if (constraints.getRequiredNetworkType() != NetworkType::TEMPORARILY_UNMETERED) return std::nullopt;
    return NetworkRequest::Builder()
        .removeCapability(NetworkCapability::NET_CAPABILITY_NOT_RESTRICTED)
        .removeCapability(NetworkCapability::NET_CAPABILITY_NOT_VPN)
        .addCapability(NetworkCapability::NET_CAPABILITY_INTERNET)
        .addCapability(NetworkCapability::NET_CAPABILITY_VALIDATED)
        .addCapability(NetworkCapability::NET_CAPABILITY_TEMPORARILY_NOT_METERED)
        .build();
}

std::int32_t jobNetworkType(NetworkType type) {
    switch (type) {
    case NetworkType::NOT_REQUIRED:
    case NetworkType::TEMPORARILY_UNMETERED: // a network request of its own
        return JobInfo::NETWORK_TYPE_NONE;
    case NetworkType::CONNECTED:
        return JobInfo::NETWORK_TYPE_ANY;
    case NetworkType::UNMETERED:
        return JobInfo::NETWORK_TYPE_UNMETERED;
    case NetworkType::NOT_ROAMING:
        return JobInfo::NETWORK_TYPE_NOT_ROAMING;
    case NetworkType::METERED:
        return JobInfo::NETWORK_TYPE_CELLULAR;
    }
    return JobInfo::NETWORK_TYPE_NONE;
}

void putConstraints(JobInfo::Builder& job, const Constraints& constraints) {
    if (auto network = networkOf(constraints)) {
        job.setRequiredNetwork(std::move(network));
    } else {
        job.setRequiredNetworkType(jobNetworkType(constraints.getRequiredNetworkType()));
    }
    for (const ConstraintFlag& flag : constraintFlags)
        (job.*flag.put)((constraints.*flag.get)());
    for (const auto& trigger : constraints.getContentUriTriggers())
        job.addTriggerContentUri(trigger);
    if (const auto& delay = constraints.getContentTriggerUpdateDelay()) job.setTriggerContentUpdateDelay(*delay);
    if (const auto& delay = constraints.getContentTriggerMaxDelay()) job.setTriggerContentMaxDelay(*delay);
}

} // namespace

Result<JobInfo> jobOf(const Request& request, const std::string& service, WallTime now) {
    const Spec& spec = request.spec;
    const Duration wait = latency(request, now);
    const bool waits = wait > Duration(0);
    JobInfo::Builder job(JobId(*request.job), service);
    job.setExtras(PersistableBundle().putString(requestKey, spec.id.toString()));
    putConstraints(job, spec.constraints);
    // V1: a job that waits for an idle device has no back-off of its own.
    if (!spec.constraints.requiresDeviceIdle())
        job.setBackoffCriteria(spec.backoffDelay, spec.backoffPolicy == BackoffPolicy::LINEAR
                                                      ? JobInfo::BACKOFF_POLICY_LINEAR
                                                      : JobInfo::BACKOFF_POLICY_EXPONENTIAL);
    if (waits) job.setMinimumLatency(wait);
    if (request.isExpedited() && !waits) job.setExpedited(true);
    if (request.isUserInitiated() && !waits) job.setUserInitiated(true);
    // V8, or a specific network: such a job ends with its boot, and the next start of the app hands it over again.
    const bool lasts = spec.constraints.getContentUriTriggers().empty() &&
                       !(spec.constraints.getRequiredNetworkRequest() &&
                         spec.constraints.getRequiredNetworkRequest()->getNetworkSpecifier());
    job.setPersisted(lasts);
    if (spec.worker.find_first_not_of(" \t\n") != std::string::npos && spec.worker.size() <= JobInfo::MAX_TAG_LENGTH)
        job.addDebugTag(spec.worker); // shown to a person at the scheduler
    return job.build();
}

std::optional<UUID> requestOf(const PersistableBundle& extras) {
    return UUID::fromString(extras.getString(requestKey));
}

} // namespace stint::work
