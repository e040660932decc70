// Batching: regular jobs are held back until several are ready, so that the device wakes up once for all (jobs.md
// §3.7). Off unless a policy turns it on.
#pragma once
#include <cstdint>
#include <optional>

#include "contract/model/bucket.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/gate_key.hpp"

namespace stint {

/// True if jobs of this GateKey may be held for a batch: regular ones on their first attempt, without an override, of
/// an app whose bucket is neither active nor exempted (limits.md §3.10).
bool mayBeHeld(const GateKey& gateKey, Bucket bucket, const Constants& constants);

/// The longest time that they are held; nullopt: until there are enough, or something runs anyway (the restricted
/// bucket).
std::optional<Duration> longestHold(Bucket bucket, const Constants& constants);

/// The number of jobs that must be ready for a batch to start.
std::int64_t batchSize(const Constants& constants);

} // namespace stint
