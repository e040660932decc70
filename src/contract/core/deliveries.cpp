#include "contract/core/deliveries.hpp"

#include <algorithm>

#include "base/result/check.hpp"

namespace stint {

void Deliveries::startFrom(Number number) {
    STINT_CHECK(underWay_.empty());
    next_ = number;
}

Deliveries::Number Deliveries::begin(const AppId& app, Instant until) {
    const Number number = next_++;
    STINT_CHECK(underWay_.try_emplace(number, Delivery{.app = app, .until = until}).second);
    return number;
}

void Deliveries::end(Number delivery) { STINT_CHECK(underWay_.erase(delivery) == 1); }

Delivery& Deliveries::at(Number delivery) {
    Delivery* const found = find(delivery);
    STINT_CHECK(found);
    return *found;
}

std::optional<Instant> Deliveries::next() const {
    std::optional<Instant> next;
    for (const auto& [number, delivery] : underWay_)
        next = earlier(next, std::optional(delivery.until));
    return next;
}

void Messages::put(PushMessage message) {
    next_ = std::max(next_, message.id + 1);
    waiting_.emplace(message.id, std::move(message));
}

PushMessage Messages::take(std::uint64_t message) {
    auto node = waiting_.extract(message);
    STINT_CHECK(!node.empty());
    return std::move(node.mapped());
}

std::int64_t Messages::countFor(const AppId& app) const {
    return std::ranges::count_if(waiting_, [&](const auto& entry) { return entry.second.app == app; });
}

} // namespace stint
