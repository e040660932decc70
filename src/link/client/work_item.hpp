// Builds a JobWorkItem, which an app can only read, and takes one apart.
#pragma once
#include "contract/model/job.hpp"
#include "stint/job_work_item.hpp"

namespace stint {

struct JobWorkItemAccess {
    static JobWorkItem itemOf(WorkItem work);
    static const WorkItem& workOf(const JobWorkItem& item);
};

} // namespace stint
