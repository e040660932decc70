// The input of a request that follows others: its own, and their outputs (jobs.md §10, chains). Pure.
#pragma once
#include <vector>

#include "stint/result.hpp"
#include "stint/work/data.hpp"
#include "stint/work/policies.hpp"

namespace stint::work {

/// `inputs`: the request's own first, then its parents' outputs, the parent that finished last at the end.
/// OVERWRITING: the last value of each key. ARRAY_CREATING: an array of all of them, in this order; values of two
/// types are IllegalArgument, as is a result longer than Data may be.
Result<Data> merge(InputMerger merger, const std::vector<Data>& inputs);

} // namespace stint::work
