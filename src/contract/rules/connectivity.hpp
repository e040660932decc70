// A network and a job's request: whether it is what the job asks for (jobs.md §3.3) and open for it (limits.md §8.2),
// and the time that a payload takes on it (jobs.md §4.4).
#pragma once
#include <optional>
#include <string>

#include "contract/model/gate.hpp"
#include "contract/rules/world.hpp"

namespace stint {

/// The milliseconds to move `bytes` at `rate` (> 0): bytes × 1000 / (kbps × 125), integer division; at most
/// Duration::max().
Duration transferTime(Bytes bytes, Kbps rate);

/// The slowest rate at which `bytes` take no longer than `most`; 0 where `bytes` is unknown or 0.
Kbps leastRate(Bytes bytes, Duration most);

/// True if the network has the wanted capabilities, and one of the wanted transports (jobs.md §3.3 clause 6).
bool meets(const Network& network, const NetworkRequest& request);

Verdict connectivityGate(const Context&);
std::string describeConnectivity(const Context&);
/// The loss because of which the network no longer does for a run with this request: "its network became metered".
std::string networkLoss(const NetworkRequest& request, const std::optional<Network>& now);

} // namespace stint
