#include "contract/rules/batching.hpp"

#include <algorithm>

namespace stint {

bool mayBeHeld(const GateKey& gateKey, Bucket bucket, const Constants& constants) {
    if (bucket == Bucket::Active || bucket == Bucket::Exempted) return false;
    return constants.batching && gateKey.kind == JobClass::Regular && !gateKey.retry &&
           gateKey.override == Override::None;
}

std::optional<Duration> longestHold(Bucket bucket, const Constants& constants) {
    if (bucket == Bucket::Restricted) return std::nullopt;
    return constants.batchMaxDelay;
}

std::int64_t batchSize(const Constants& constants) {
    return std::max<std::int64_t>(std::min(constants.batchMinReady, constants.slots / 3), 1);
}

} // namespace stint
