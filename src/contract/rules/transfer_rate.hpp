// The rates of transfers: what the policy and the hour let Stint's own have (limits.md §15), and how fast a run moves
// bytes just now (jobs.md §4.7): by its own reports of the last seconds, never by what was in place before it. Pure.
#pragma once
#include <optional>

#include "contract/model/job.hpp"
#include "contract/rules/world.hpp"

namespace stint {

struct TransferRate {
    Bytes most = 0;               ///< bytes a second of all transfers together; 0: no limit
    std::optional<Instant> until; ///< when the hour changes it; nullopt: never
};

/// The limit that holds now.
TransferRate transferRate(const World& world);

/// Takes in what the run's app has just reported, which stands in the run.
void notePace(Run& run, Instant now);

/// Bytes a second; 0: nothing has come for some seconds; NETWORK_BYTES_UNKNOWN: too little was seen of it.
Bytes paceOf(const Run& run, Instant now);

} // namespace stint
