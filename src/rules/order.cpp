#include "rules/order.hpp"

namespace stint {

Place placeOf(const Asks& asks, Instant enqueued, std::uint64_t sequence) {
    return {.regular = !asks.requestedUserInitiated,
            .priority = -asks.priority,
            .enqueued = enqueued,
            .sequence = sequence};
}

bool startsAtOnce(const Asks& asks, const App& app, bool scheduledInSight) {
    return asks.kind == JobClass::UserInitiated && (scheduledInSight || stateOf(app) == ProcessState::Top);
}

} // namespace stint
