// A message's story told to people: lines of `stint log` (push.md §5).
#pragma once
#include <vector>

#include "contract/model/push.hpp"
#include "faces/views/job.hpp"

namespace stint::cli {

/// From its arrival to its end, or to the present.
std::vector<LogLine> linesOf(const MessageStory& story);

} // namespace stint::cli
