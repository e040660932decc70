// Whether a network is what a job asks for (jobs.md §3.3) and open for it (limits.md §8.2), and what a payload takes on
// it (jobs.md §4.4).
#pragma once
#include <optional>
#include <string>

#include "contract/model/verdict.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// Milliseconds to move `bytes` at `rate` (> 0): bytes × 1000 / (kbps × 125), integer division; at most
/// Duration::max().
Duration transferTime(Bytes bytes, Kbps rate);

/// The slowest rate at which `bytes` take no longer than `most`; 0 where `bytes` is unknown or nothing.
Kbps leastRate(Bytes bytes, Duration most);

/// Clause 6: capabilities of the network contain the wanted ones, and one of the transports matches.
bool meets(const Network& network, const NetworkRequest& request);

Verdict connectivityGate(const Context&);
std::string describeConnectivity(const Context&);
/// How the network no longer does for a run with this request: "its network became metered".
std::string networkLoss(const NetworkRequest& request, const std::optional<Network>& now);

} // namespace stint
