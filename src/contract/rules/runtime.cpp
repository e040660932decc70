#include "contract/rules/runtime.hpp"

#include <algorithm>

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

} // namespace stint
