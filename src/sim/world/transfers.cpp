#include "sim/world/transfers.hpp"

#include <algorithm>
#include <numeric>

namespace stint::sim {
namespace {

// The least common multiple of 1 to 40. A rate of 1 kbit/s is an eighth of a byte in a millisecond, so a byte has eight
// times as many parts.
constexpr std::int64_t shares = [] {
    std::int64_t multiple = 1;
    for (std::int64_t n = 2; n <= 40; ++n)
        multiple = std::lcm(multiple, n);
    return multiple;
}();
constexpr __int128 partsOfAByte = __int128{shares} * 8;
constexpr Duration never = std::chrono::years{1000};

} // namespace

Transfers::Rest Transfers::restOf(const Behaviour::Payload& payload) {
    return {payload.down * partsOfAByte, payload.up * partsOfAByte};
}

Bytes Transfers::bytesBetween(const Rest& before, const Rest& after) {
    return static_cast<Bytes>((before.down - after.down + before.up - after.up) / partsOfAByte);
}

// The parts of a byte that each transfer moves in a millisecond, of those that share `direction`.
__int128 Transfers::share(Kbps rate, __int128 Rest::*direction) const {
    const auto sharing = std::ranges::count_if(rests_, [&](const auto& one) { return one.second.*direction > 0; });
    return sharing == 0 ? 0 : rate * __int128{shares} / sharing;
}

void Transfers::advance(Instant now) {
    const __int128 passed = (now - now_).count();
    const __int128 down = share(down_, &Rest::down) * passed;
    const __int128 up = share(up_, &Rest::up) * passed;
    for (auto& [run, rest] : rests_) {
        Rest& moved = moved_[run];
        moved.down += std::min(rest.down, down);
        moved.up += std::min(rest.up, up);
        rest.down -= std::min(rest.down, down);
        rest.up -= std::min(rest.up, up);
    }
    now_ = now;
}

void Transfers::setRates(Kbps down, Kbps up) {
    down_ = down;
    up_ = up;
}

std::optional<Transfers::Rest> Transfers::rest(RunId run) const {
    const auto found = rests_.find(run);
    return found == rests_.end() ? std::nullopt : std::optional(found->second);
}

Transfers::Rest Transfers::takeMoved(RunId run) {
    const auto node = moved_.extract(run);
    return node.empty() ? Rest{} : node.mapped();
}

Bytes Transfers::takeBytes(__int128& parts) {
    const auto bytes = static_cast<Bytes>(parts / partsOfAByte);
    parts -= bytes * partsOfAByte;
    return bytes;
}

std::optional<Transfers::Rest> Transfers::end(RunId run) {
    const auto node = rests_.extract(run);
    if (node.empty()) return std::nullopt;
    return node.mapped();
}

std::optional<Instant> Transfers::next() const {
    std::optional<Instant> next;
    const auto consider = [&](__int128 rest, __int128 share) {
        if (rest == 0 || share == 0) return;
        const __int128 left = std::min((rest + share - 1) / share, __int128{never.count()});
        const Instant when = now_ + Duration{static_cast<Duration::rep>(left)};
        if (!next || when < *next) next = when;
    };
    const __int128 down = share(down_, &Rest::down);
    const __int128 up = share(up_, &Rest::up);
    for (const auto& [run, rest] : rests_) {
        if (rest.done()) return now_;
        consider(rest.down, down);
        consider(rest.up, up);
    }
    return next;
}

std::vector<RunId> Transfers::finished() const {
    std::vector<RunId> runs;
    for (const auto& [run, rest] : rests_)
        if (rest.done()) runs.push_back(run);
    return runs;
}

} // namespace stint::sim
