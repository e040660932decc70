// Whether a job, as it was found in the store, can be one that we wrote: what rules reckon with lies where it can lie.
// A store may have been written by another version, or changed by hand; its checksums say only that nobody changed it
// since. One that is not fit is set aside (docs/decisions/0015), and the others go on.
#pragma once
#include <string>

#include "model/job.hpp"

namespace stint {

/// What is wrong with it, for a person; empty: nothing is.
std::string whyUnfit(const Job& job);

} // namespace stint
