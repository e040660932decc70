// Where a recording begins: what the core was told beside what was stored (Scheduler::restore).
#pragma once
#include <map>
#include <string>
#include <vector>

#include "contract/model/record.hpp"

namespace stint::record {

struct Beginning {
    BootId boot;
    Now now;
    Device device;
    std::map<JobKey, std::string> heldBack; ///< jobs that were set aside, each with why
    std::vector<GoingOn> goingOn;           ///< Snapshot's
};

} // namespace stint::record
