// The work layer's two helpers: the scheduler, and the part that runs workers. An app's are libstint and a pool of
// threads (src/work/manager); a scenario's are the simulator's.
#pragma once
#include <vector>

#include "stint/job_info.hpp"
#include "stint/result.hpp"
#include "work/engine/events.hpp"

namespace stint::work {

class SchedulerPort {
public:
    virtual ~SchedulerPort() = default;
    /// False: refused as the kind that it was to be (RESULT_FAILURE, jobs.md §2.3).
    virtual Result<bool> schedule(const JobInfo& job) = 0;
    virtual Result<void> cancel(std::int32_t job) = 0;
    virtual Result<std::vector<Reconcile::Pending>> pending() = 0;
    /// The job's run is over; ignored where none goes on here.
    virtual void finish(std::int32_t job, bool again) = 0;
};

class WorkersPort {
public:
    virtual ~WorkersPort() = default;
    virtual void start(const StartWorker& how, const Request& request) = 0;
    virtual void stop(const StopWorker& how) = 0;
};

} // namespace stint::work
