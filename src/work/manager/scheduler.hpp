// The scheduler's port over libstint: a JobScheduler in the namespace "stint.work", and the service in which its jobs
// run.
#pragma once
#include <map>
#include <mutex>

#include "stint/job_scheduler.hpp"
#include "stint/job_service.hpp"
#include "work/engine/port.hpp"

namespace stint::work {

class LibstintScheduler : public SchedulerPort {
public:
    LibstintScheduler(JobScheduler scheduler, JobService& service)
        : scheduler_(std::move(scheduler)), service_(&service) {}

    Result<bool> schedule(const JobInfo& job) override;
    Result<void> cancel(std::int32_t job) override;
    Result<std::vector<Reconcile::Pending>> pending() override;
    void finish(std::int32_t job, bool again) override;

    /// A run of a job goes on here: until finish(), or until it was stopped.
    void begin(const JobParameters& params);
    void forget(std::int32_t job);
    std::optional<JobParameters> paramsOf(std::int32_t job) const;

private:
    JobScheduler scheduler_;
    JobService* service_;
    mutable std::mutex mutex_; ///< guards runs_
    std::map<std::int32_t, JobParameters> runs_;
};

} // namespace stint::work
