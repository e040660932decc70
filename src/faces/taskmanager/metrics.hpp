// GET /metrics: the daemon's numbers as OpenMetrics text (linux.md §A.11). Label sets are bounded: apps, never jobs.
// The text is made by a pure function.
#pragma once
#include <string>
#include <vector>

#include "contract/model/questions.hpp"
#include "contract/model/view.hpp"

namespace stint::taskmanager {

struct Measured {
    SchedulerView scheduler;
    std::vector<AppView> apps;
    std::vector<MeterRow> meters;
    std::vector<LineStatus> line; ///< one
};

/// All families, down to "# EOF".
std::string openMetrics(const Measured& measured);

} // namespace stint::taskmanager
