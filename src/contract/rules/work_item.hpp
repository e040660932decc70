// The rules for a work item (jobs.md §2.5), checked by JobWorkItem::Builder::build() in the app and again in the
// daemon. The rules that need to know its job are the core's.
#pragma once
#include <optional>

#include "contract/model/job.hpp"
#include "stint/result.hpp"

namespace stint {

/// IllegalArgument for impossible sizes, a chunk larger than the estimate, or extras that are too large (jobs.md §2.5).
/// Checked by JobWorkItem::Builder::build() in the app, and again in the daemon; rules about its job are the core's.
std::optional<Error> brokenRule(const WorkItem& item);

} // namespace stint
