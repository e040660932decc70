// Whether a work item may be at all (jobs.md §2.5): asked by JobWorkItem::Builder::build() in the app and again in the
// daemon. What needs to know its job is the core's question.
#pragma once
#include <optional>

#include "contract/model/job.hpp"
#include "stint/result.hpp"

namespace stint {

/// Sizes that are none, a chunk larger than the estimate, extras that are too large: IllegalArgument.
std::optional<Error> brokenRule(const WorkItem& item);

} // namespace stint
