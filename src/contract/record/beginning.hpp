// The beginning of a recording: all that the core was given beside the stored state (Scheduler::restore).
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
    std::map<JobKey, std::string> heldBack; ///< jobs that were set aside, each with the reason
    std::vector<GoingOn> goingOn;           ///< Snapshot's
};

} // namespace stint::record
