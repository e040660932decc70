// What apps' work layers show of themselves on the session bus (dbus/org.stint.Work1.xml). stintd has no part in it:
// where no process of an app runs its loop, nothing is to be had of it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "stint/result.hpp"

namespace stint::cli {

struct WorkRow {
    std::string id;
    std::string worker;
    std::string state;
    std::string name;
    std::vector<std::string> tags;
    std::vector<std::string> follows;
    std::int32_t attempts = 0;
    std::int32_t generation = 0;
    std::int32_t job = -1;
    std::int64_t nextRun = -1;
    std::int64_t periodic = -1;
    std::vector<std::string> constraints;
    bool expedited = false;
    std::int32_t stopReason = 0;
    std::string why;
};

/// The packages of the apps that show theirs now. Unavailable without a session bus.
Result<std::vector<std::string>> appsWithWork();
/// At most the first thousand. Unavailable where no process of that app runs.
Result<std::vector<WorkRow>> workOf(const std::string& package);

} // namespace stint::cli
