#include "contract/rules/connectivity.hpp"

#include <algorithm>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "contract/rules/expedited_quota.hpp"
#include "contract/rules/kind.hpp"
#include "contract/rules/limit_gates.hpp"
#include "contract/rules/network_access.hpp"
#include "contract/rules/quota.hpp"
#include "contract/rules/safeguard.hpp"

namespace stint {
namespace {

// jobs.md §3.3 clause 1. VALIDATED is part of the request where the shorthand put it there (§1.3).
bool usable(const Network& network) { return network.has(NET_CAPABILITY_NOT_SUSPENDED); }

enum class Safeguard { Counts, Aside };

// jobs.md §3.3 clause 2, "max run time here": the limit of §4.4, but with the bucket's whole allowance in place of what
// is left of it; while time is free nothing is counted. A user-initiated job has no quota.
Duration mostInOneRun(const Context& c, Safeguard safeguard = Safeguard::Counts) {
    const JobClass kind = treatedAs(c);
    const Constants& constants = c.world.constants;
    if (!c.app) return longestRun(kind, false, constants);
    const JobClass timed = timedAs(kind, *c.app);
    const bool over = safeguard == Safeguard::Counts && overTimeouts(*c.app, timed, c.world.now.elapsed, constants);
    const Duration most = longestRun(timed, over, constants);
    const bool startedOnTop = c.run && c.run->startedOnTop;
    std::optional<Duration> allowed;
    if (kind == JobClass::Regular && countsRegular(*c.app, c.world, startedOnTop)) {
        allowed = regularAllowance(effectiveBucket(*c.app, c.world), *c.app, constants).allowed;
    } else if (kind == JobClass::Expedited && countsExpedited(*c.app, c.world, startedOnTop)) {
        allowed = expeditedLimit(effectiveBucket(*c.app, c.world), *c.app, constants);
    }
    return std::min(most, allowed.value_or(most));
}

bool outlasts(const GateKey& gateKey, const Network& network, Duration most) {
    const auto slow = [&](Bytes bytes, Kbps rate) { return rate > 0 && rate < leastRate(bytes, most); };
    return slow(gateKey.mustDown, network.downstream) || slow(gateKey.mustUp, network.upstream);
}

// jobs.md §3.3 clause 2: a direction whose bandwidth is unknown is not hopeless.
bool hopeless(const Context& c, const Network& network) {
    if (c.gateKey.mustDown <= 0 && c.gateKey.mustUp <= 0) return false;
    if (c.gateKey.mustWaived && network.has(NET_CAPABILITY_NOT_METERED) && c.world.state.charging) return false;
    return outlasts(c.gateKey, network, mostInOneRun(c));
}

// An app stays over its safeguard until its oldest timeout is a day old (§6.7): then its job may have a longer run.
std::optional<Instant> hopesAgain(const Context& c, const Network& network) {
    if (!c.app || outlasts(c.gateKey, network, mostInOneRun(c, Safeguard::Aside))) return std::nullopt;
    return overTimeoutsUntil(*c.app, timedAs(treatedAs(c), *c.app), c.world.now.elapsed, c.world.constants);
}

/// A network without the capability, in words for a person: "is metered".
std::string without(NetworkCapability capability) {
    switch (capability) {
    case NET_CAPABILITY_NOT_METERED:
        return "is metered";
    case NET_CAPABILITY_NOT_ROAMING:
        return "is roaming";
    case NET_CAPABILITY_NOT_VPN:
        return "is a VPN";
    case NET_CAPABILITY_TRUSTED:
        return "is not trusted";
    case NET_CAPABILITY_INTERNET:
    case NET_CAPABILITY_VALIDATED:
        return "does not reach the internet";
    default:
        return fmt::format("lacks {}", nameOf(capability));
    }
}

std::vector<std::string> missing(const Network& network, const NetworkRequest& request) {
    std::vector<std::string> words;
    for (auto capability : request.getCapabilities()) {
        if (network.has(capability)) continue;
        std::string lack = without(capability);
        if (std::ranges::find(words, lack) == words.end()) words.push_back(std::move(lack));
    }
    return words;
}

bool transportMatches(const Network& network, const NetworkRequest& request) {
    const auto& wanted = request.getTransportTypes();
    return wanted.empty() || std::ranges::any_of(wanted, [&](auto t) { return network.transports.contains(t); });
}

bool fits(const Context& c) {
    const auto& network = c.world.device.network;
    const auto look = [&] { return network && usable(*network) && meets(*network, *c.gateKey.network); };
    if (!c.fits) return look();
    if (!*c.fits) *c.fits = look();
    return **c.fits;
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
    const bool complete = std::ranges::all_of(request.getCapabilities(), [&](auto c) { return network.has(c); });
    return complete && transportMatches(network, request);
}

Verdict connectivityGate(const Context& c) {
    if (!c.gateKey.network) return Verdict::yes();
    const auto& network = c.world.device.network;
    if (!fits(c)) return Verdict::untilEvent(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY);
    if (hopeless(c, *network)) {
        const auto again = hopesAgain(c, *network);
        return again ? Verdict::until(*again, PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY)
                     : Verdict::untilEvent(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY);
    }
    // limits.md §8.2: not while the network is blocked for this job.
    const NetworkVerdict access = networkForJob(c);
    if (access.allowed) return Verdict::yes();
    if (access.askAgain) return Verdict::until(*access.askAgain, PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY);
    return Verdict::untilEvent(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY);
}

std::string networkLoss(const NetworkRequest& request, const std::optional<Network>& now) {
    if (!now) return "its network was gone";
    const auto lacks = [&](NetworkCapability one) { return request.getCapabilities().contains(one) && !now->has(one); };
    if (lacks(NET_CAPABILITY_NOT_METERED)) return "its network became metered";
    if (lacks(NET_CAPABILITY_NOT_ROAMING)) return "its network began to roam";
    return meets(*now, request) ? "its network was shut to it" : "its network became another";
}

std::string describeConnectivity(const Context& c) {
    const auto& network = c.world.device.network;
    const auto& request = *c.gateKey.network;
    if (!network) return "there is no network";
    const auto carriers = namesOf(network->transports);
    if (auto lacking = missing(*network, request); !lacking.empty()) {
        return fmt::format("the network ({}) {}", fmt::join(carriers, ", "), fmt::join(lacking, " and "));
    }
    if (!transportMatches(*network, request)) {
        return fmt::format("the network is {}; wants {}", fmt::join(carriers, ", "),
                           fmt::join(namesOf(request.getTransportTypes()), " or "));
    }
    if (hopeless(c, *network)) {
        const Duration most = mostInOneRun(c);
        return fmt::format("the payload would outlast a run at {} down, {} up; wants {} and {}",
                           formatRate(network->downstream), formatRate(network->upstream),
                           formatRate(leastRate(c.gateKey.mustDown, most)),
                           formatRate(leastRate(c.gateKey.mustUp, most)));
    }
    if (!usable(*network)) return "the network is not usable";
    return fmt::format("the app's network is shut in the background ({})", networkForJob(c).because);
}

} // namespace stint
