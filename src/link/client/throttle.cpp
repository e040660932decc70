#include "link/client/throttle.hpp"

#include <utility>

namespace stint::client {

void Throttle::note(ByteCounts newest) { unsent_ = newest == sent_ ? std::nullopt : std::optional(newest); }

std::optional<ByteCounts> Throttle::take(Instant now) {
    if (!unsent_ || now < open_) return std::nullopt;
    open_ = now + pause;
    return takeRest();
}

std::optional<ByteCounts> Throttle::takeRest() {
    if (unsent_) sent_ = unsent_;
    return std::exchange(unsent_, std::nullopt);
}

std::optional<Instant> Throttle::dueAt() const {
    if (!unsent_) return std::nullopt;
    return open_;
}

} // namespace stint::client
