// GET /metrics: the daemon's numbers as OpenMetrics text (linux.md §A.11). Label sets are bounded: apps, never jobs.
// The text is made by a pure function.
#pragma once
#include <string>
#include <vector>

#include "contract/model/questions.hpp"
#include "contract/model/view.hpp"

namespace stint::taskmanager {

inline constexpr std::string_view openMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

struct Measured {
    SchedulerView scheduler;
    std::vector<AppView> apps;
    std::vector<MeterRow> meters;
};

/// All families, down to "# EOF".
std::string openMetrics(const Measured& measured);

} // namespace stint::taskmanager
