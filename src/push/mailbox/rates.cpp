#include "push/mailbox/rates.hpp"

#include <algorithm>

namespace stint::push {

const std::string& Counted::nameOf(const std::string& whose) const {
    static const std::string all; // nobody's name
    return !rate_.isOfStrangers || windows_.size() < mostNames || windows_.contains(whose) ? whose : all;
}

std::optional<Duration> Counted::mustWait(const std::string& whose, Instant now) const {
    const auto found = windows_.find(nameOf(whose));
    if (found == windows_.end() || found->second.count < rate_.most) return std::nullopt;
    const Duration left = found->second.opened + rate_.window - now;
    return left > Duration{0} ? std::optional(left) : std::nullopt;
}

std::int64_t Counted::count(const std::string& whose, Instant now, std::int64_t events) {
    if (windows_.size() >= mostNames && (!forgot_ || now >= *forgot_ + rate_.window)) forget(now);
    Window& window = windows_[nameOf(whose)];
    if (window.count == 0 || now >= window.opened + rate_.window) window = {now, 0};
    return window.count += events;
}

void Counted::forget(Instant now) {
    forgot_ = now;
    std::erase_if(windows_, [&](const auto& entry) { return now >= entry.second.opened + rate_.window; });
}

bool Unknown::mayBeNew(const std::string& name, Instant now) {
    const auto [found, isFirst] = since_.try_emplace(name, now);
    const bool mayBe = now < found->second + untilHeard;
    if (isFirst) order_.push_back(found);
    if (order_.size() > mostNames) {
        since_.erase(order_.front());
        order_.pop_front();
    }
    return mayBe;
}

std::optional<Duration> Rates::mustWait(const std::string& registration, Urgency urgency, Instant now) const {
    std::optional<Duration> longest = std::max(minute_.mustWait(registration, now), hour_.mustWait(registration, now));
    if (urgency == Urgency::High) longest = std::max(longest, high_.mustWait(registration, now));
    return longest;
}

void Rates::count(const std::string& registration, Urgency urgency, Instant now) {
    minute_.count(registration, now);
    hour_.count(registration, now);
    if (urgency == Urgency::High) high_.count(registration, now);
}

} // namespace stint::push
