#include "programs/transfer/throttle.hpp"

#include <algorithm>
#include <utility>

namespace stint::transfer {
namespace {

/// The time whose bytes may be moved at once, after a pause.
constexpr std::chrono::milliseconds mostSaved{100};
/// At the soonest after that those who are held try again: each wake-up moves a few packets at least.
constexpr std::chrono::milliseconds leastWait{10};
constexpr Bytes second = 1'000'000; ///< in microseconds

Bytes bytesIn(std::chrono::microseconds time, Bytes rate) {
    return static_cast<Bytes>(static_cast<double>(rate) * static_cast<double>(time.count()) / second);
}

} // namespace

void Throttle::limit(Bytes rate) {
    if (std::exchange(rate_, rate) == rate) return;
    tokens_ = 0; // what was moved under another rate is no debt
    filled_ = Clock::now();
}

bool Throttle::admits(Held& who, Clock::time_point now) {
    if (rate_ == 0) return true;
    refill(now);
    if (tokens_ > 0) return true;
    if (std::ranges::find(held_, &who) == held_.end()) held_.push_back(&who);
    return false;
}

void Throttle::took(Bytes bytes) {
    if (rate_ > 0) tokens_ -= bytes;
}

void Throttle::forget(const Held& who) { std::erase(held_, &who); }

std::optional<Throttle::Clock::time_point> Throttle::due() const {
    if (held_.empty()) return std::nullopt;
    if (rate_ == 0) return filled_;
    const double wait = static_cast<double>(1 - tokens_) * second / static_cast<double>(rate_);
    return filled_ + std::max<Clock::duration>(std::chrono::microseconds{static_cast<std::int64_t>(wait)}, leastWait);
}

void Throttle::letGo(Clock::time_point now) {
    const auto when = due();
    if (!when || now < *when) return;
    refill(now);
    // Whoever uses up what there is stands behind all others the next time.
    while (!held_.empty() && (rate_ == 0 || tokens_ > 0)) {
        Held* const first = held_.front();
        held_.erase(held_.begin());
        first->go();
    }
}

void Throttle::refill(Clock::time_point now) {
    const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(now - filled_);
    const Bytes fresh = bytesIn(passed, rate_);
    if (fresh <= 0) return; // the time counts the next time
    filled_ = now;
    tokens_ = std::min(tokens_ + fresh, std::max<Bytes>(bytesIn(mostSaved, rate_), 1));
}

} // namespace stint::transfer
