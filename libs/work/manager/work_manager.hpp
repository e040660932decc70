// A step of a chain that is being built; the .cpp has all of WorkManager that an app calls.
#pragma once
#include <optional>

#include "work/engine/events.hpp"

namespace stint::work {

struct WorkContinuation::Node {
    std::weak_ptr<WorkManager::Impl> manager;
    std::vector<OneTimeWorkRequest> requests; ///< none: it only joins others
    std::vector<std::shared_ptr<Node>> before;
    std::shared_ptr<const Enqueue::Unique> unique; ///< shared by all steps of a unique chain
    bool enqueued = false;
};

} // namespace stint::work
