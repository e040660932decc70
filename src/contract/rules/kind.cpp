#include "contract/rules/kind.hpp"

#include <algorithm>
#include <limits>

#include "contract/model/job_fields.hpp"
#include "contract/rules/connectivity.hpp"

namespace stint {
namespace {

std::optional<Duration> part(Bytes bytes, Kbps rate) {
    if (bytes == NETWORK_BYTES_UNKNOWN || rate <= 0) return std::nullopt;
    return transferTime(bytes, rate);
}

// jobs.md §4.4: a part with unknown bytes or unknown bandwidth is left out; if both are out: unknown.
std::optional<Duration> estimate(Payload payload, const std::optional<Network>& network) {
    if (!network) return std::nullopt;
    const auto down = part(payload.down, network->downstream);
    const auto up = part(payload.up, network->upstream);
    if (!down && !up) return std::nullopt;
    return down.value_or(Duration{0}) + up.value_or(Duration{0});
}

} // namespace

Duration longestRun(JobClass kind, bool overSafeguard, const Constants& constants) {
    switch (kind) {
    case JobClass::UserInitiated:
        return overSafeguard ? constants.maxRuntimeRegular : constants.maxRuntimeUi;
    case JobClass::Expedited:
        return std::max(constants.maxRuntimeExpedited, constants.minGuaranteeExpedited);
    case JobClass::Regular:
        return overSafeguard ? constants.minGuaranteeRegular
                             : std::max(constants.maxRuntimeRegular, constants.minGuaranteeRegular);
    }
    return {};
}

JobClass timedAs(JobClass kind, const App& app) {
    const bool revoked = kind == JobClass::UserInitiated && !holds(app, runUserInitiatedJobs);
    return revoked ? JobClass::Regular : kind;
}

Duration guaranteedRun(JobClass kind, bool overSafeguard, Payload payload, const std::optional<Network>& network,
                       const Constants& constants) {
    if (kind == JobClass::Regular) return constants.minGuaranteeRegular;
    if (kind == JobClass::Expedited) return constants.minGuaranteeExpedited;
    const Duration most = longestRun(kind, overSafeguard, constants);
    const auto known = constants.useDataEstimates ? estimate(payload, network) : std::nullopt;
    if (!known) return std::min(most, constants.minGuaranteeUi);
    // est × 135 / 100 in whole milliseconds; a payload that outlasts the limit needs no exact product.
    if (*known >= most) return most;
    const Duration roomy{known->count() * constants.uiEstimatePercent / 100};
    return std::min(most, std::max(roomy, constants.uiDataFloor));
}

JobClass kindOf(const Job& job) {
    const JobClass requested = requestedKind(job.info);
    const bool demoted = job.demotedByUser || job.demotedBySystem;
    return requested == JobClass::UserInitiated && demoted ? JobClass::Regular : requested;
}

std::int32_t effectivePriority(const Job& job) {
    const JobClass kind = kindOf(job);
    if (kind == JobClass::UserInitiated) return job.info.getPriority();
    // jobs.md §1.4: capped at HIGH when demoted; decayed by failures when not user-initiated.
    const bool demoted = job.demotedByUser || job.demotedBySystem;
    const std::int32_t priority =
        demoted ? std::min(job.info.getPriority(), JobInfo::PRIORITY_HIGH) : job.info.getPriority();
    if (job.failures < 2) return priority;
    if (kind == JobClass::Expedited) return JobInfo::PRIORITY_HIGH;
    if (job.failures >= 6) return JobInfo::PRIORITY_MIN;
    return std::min(priority, job.failures >= 4 ? JobInfo::PRIORITY_LOW : JobInfo::PRIORITY_DEFAULT);
}

Payload payloadOf(const Job& job) {
    // jobs.md §2.5: its own estimates plus those of its items, unknown parts skipped.
    Payload sum{job.info.getEstimatedNetworkDownloadBytes(), job.info.getEstimatedNetworkUploadBytes()};
    const auto add = [](Bytes& total, Bytes part) {
        if (part == NETWORK_BYTES_UNKNOWN) return;
        const Bytes before = std::max<Bytes>(total, 0);
        total = before + std::min(part, std::numeric_limits<Bytes>::max() - before); // an app may give any number
    };
    for (const WorkItem& item : job.details->work) {
        add(sum.down, item.estimatedDown);
        add(sum.up, item.estimatedUp);
    }
    return sum;
}

Bytes chunkOf(const Job& job) {
    // jobs.md §2.5: the effective chunk is the smallest known one.
    Bytes least = job.info.getMinimumNetworkChunkBytes();
    for (const WorkItem& item : job.details->work) {
        if (item.minimumChunk != NETWORK_BYTES_UNKNOWN)
            least = least == NETWORK_BYTES_UNKNOWN ? item.minimumChunk : std::min(least, item.minimumChunk);
    }
    return least;
}

GateKey gateKeyOf(const Job& job) {
    const JobInfo& info = job.info;
    GateKey gateKey{.app = job.key.app,
                    .service = info.getService().name,
                    .kind = kindOf(job),
                    .requested = requestedKind(info),
                    .space = job.key.space,
                    .retry = job.failures + job.systemStops > 0,
                    .exemptionLost = job.exemptionLost,
                    .priority = effectivePriority(job),
                    .constraints = constraintsOf(info),
                    .network = info.getRequiredNetwork(),
                    .guard = job.details->terms->guard,
                    .guardElse = job.details->terms->guardElse,
                    .pool = job.details->terms->pool,
                    .poolDepth = job.details->terms->poolDepth};
    // jobs.md §3.3 clause 2: the chunk where one is set, in each direction, else the estimate of each.
    const Bytes chunk = chunkOf(job);
    const bool hasChunk = chunk != NETWORK_BYTES_UNKNOWN;
    const Payload payload = payloadOf(job);
    gateKey.mustDown = hasChunk ? chunk : payload.down;
    gateKey.mustUp = hasChunk ? chunk : payload.up;
    gateKey.mustWaived = !hasChunk;
    const StartTerms& terms = *job.details->terms;
    if (terms.meteredBytes >= 0 && terms.meteredUsed >= terms.meteredBytes)
        gateKey.meteredSpent = {terms.meteredUsed, terms.meteredBytes};
    return gateKey;
}

} // namespace stint
