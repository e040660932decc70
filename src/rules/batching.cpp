#include "rules/batching.hpp"

#include <algorithm>

namespace stint {

bool mayBeHeld(const Asks& asks, const Constants& constants) {
    return constants.batching && asks.kind == JobClass::Regular && !asks.retry && asks.override == Override::None;
}

std::int64_t batchSize(const Constants& constants) {
    return std::max<std::int64_t>(std::min(constants.batchMinReady, constants.slots / 3), 1);
}

} // namespace stint
