#include "push/line/keep_alive.hpp"

#include <algorithm>

namespace stint::push {
namespace {

constexpr std::size_t mostNetworks = 64; ///< a device that has seen more begins anew

} // namespace

Duration KeepAlive::length(const std::string& network) const {
    const auto found = learned_.find(network);
    return found == learned_.end() ? first : found->second;
}

void KeepAlive::answered(const std::string& network, Duration silence) {
    const Duration now = length(network);
    if (silence * 5 < now * 4) return; // it proves nothing of this length
    learn(network, std::min(now + step, longest));
}

void KeepAlive::died(const std::string& network) { learn(network, std::max(length(network) / 2, shortest)); }

void KeepAlive::learn(const std::string& network, Duration length) {
    if (learned_.size() >= mostNetworks && !learned_.contains(network)) learned_.clear();
    learned_[network] = length;
}

} // namespace stint::push
