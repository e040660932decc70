#include "rules/connectivity.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "rules/network_access.hpp"

namespace stint {
namespace {

using enum NetworkCapability;

// jobs.md §3.3 clause 1. VALIDATED is part of the request where the shorthand put it there (§1.3).
bool usable(const Network& network) { return network.has(NotSuspended); }

// jobs.md §3.3 clause 2: a direction whose bandwidth is unknown is not hopeless.
bool hopeless(const Context& c, const Network& network) {
    if (c.asks.leastWaived && network.has(NotMetered) && c.world.state.charging) return false;
    return (network.downstream > 0 && network.downstream < c.asks.leastDown) ||
           (network.upstream > 0 && network.upstream < c.asks.leastUp);
}

std::vector<std::string_view> missing(const Network& network, const NetworkRequest& request) {
    std::vector<std::string_view> names;
    for (auto capability : request.getCapabilities())
        if (!network.has(capability)) names.push_back(nameOf(capability));
    return names;
}

bool transportMatches(const Network& network, const NetworkRequest& request) {
    const auto& wanted = request.getTransportTypes();
    return wanted.empty() || std::ranges::any_of(wanted, [&](auto t) { return network.transports.contains(t); });
}

std::vector<std::string_view> namesOf(const std::set<NetworkTransport>& transports) {
    std::vector<std::string_view> names;
    for (auto transport : transports)
        names.push_back(nameOf(transport));
    return names;
}

} // namespace

Duration transferTime(Bytes bytes, Kbps rate) {
    if (bytes > std::numeric_limits<Bytes>::max() / 1000) return Duration::max();
    return Duration{bytes * 1000 / (rate * 125)};
}

Kbps leastRate(Bytes bytes, Duration most) {
    if (bytes <= 0) return 0;
    // bytes×8 / kbps, rounded down, is at most `most` exactly when kbps > bytes×8 / (most + 1).
    if (bytes > std::numeric_limits<Bytes>::max() / 8) return std::numeric_limits<Kbps>::max();
    return bytes * 8 / (most.count() + 1) + 1;
}

bool meets(const Network& network, const NetworkRequest& request) {
    if (request.getNetworkSpecifier() && *request.getNetworkSpecifier() != network.interface) return false;
    return missing(network, request).empty() && transportMatches(network, request);
}

Verdict connectivityGate(const Context& c) {
    if (!c.asks.network) return Verdict::yes();
    const auto& network = c.world.device.network;
    const bool fits = network && usable(*network) && !hopeless(c, *network) && meets(*network, *c.asks.network);
    if (!fits) return Verdict::untilEvent(PendingReason::ConstraintConnectivity);
    // limits.md §8.2: not while the network is blocked for this job.
    const NetworkVerdict access = networkForJob(c);
    if (access.allowed) return Verdict::yes();
    if (access.askAgain) return Verdict::until(*access.askAgain, PendingReason::ConstraintConnectivity);
    return Verdict::untilEvent(PendingReason::ConstraintConnectivity);
}

std::string describeConnectivity(const Context& c) {
    const auto& network = c.world.device.network;
    const auto& request = *c.asks.network;
    if (!network) return "there is no network";
    const auto carriers = namesOf(network->transports);
    if (auto lacking = missing(*network, request); !lacking.empty()) {
        return fmt::format("the network ({}) lacks {}", fmt::join(carriers, ", "), fmt::join(lacking, ", "));
    }
    if (!transportMatches(*network, request)) {
        return fmt::format("the network is {}; wants {}", fmt::join(carriers, ", "),
                           fmt::join(namesOf(request.getTransportTypes()), " or "));
    }
    if (hopeless(c, *network)) {
        return fmt::format("the payload would outlast a run at {} down, {} up; wants {} and {}",
                           formatRate(network->downstream), formatRate(network->upstream), formatRate(c.asks.leastDown),
                           formatRate(c.asks.leastUp));
    }
    if (!usable(*network)) return "the network is not usable";
    return fmt::format("the app's network is shut in the background ({})", networkForJob(c).because);
}

} // namespace stint
