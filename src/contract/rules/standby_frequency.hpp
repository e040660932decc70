// The built-in predictor: how often, beside how recently, the user uses an app (limits.md §2.6, bucket.predictor =
// frequency). It counts days of running time: time while the machine is off does not pass for it either.
#pragma once
#include <optional>

#include "contract/model/bucket.hpp"
#include "contract/model/constants.hpp"

namespace stint {

/// Marks the day of `running` as one of use by the user, and forgets those that bucket.frequency.days no longer reach.
/// Days are those of running time: time while the machine is off does not pass.
void noteDayOfUse(Usage& usage, Duration running, const Constants& constants);

/// The built-in predictor's bucket: working_set, frequent or rare, by the days of use among the last; nullopt: none, or
/// another predictor is chosen.
std::optional<Bucket> bucketByFrequency(const Usage& usage, Duration running, const Constants& constants);

} // namespace stint
