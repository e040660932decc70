#include "work/manager/scheduler.hpp"

#include "base/result/try.hpp"
#include "work/engine/job_of.hpp"

namespace stint::work {

Result<bool> LibstintScheduler::schedule(const JobInfo& job) {
    const auto answer = STINT_TRY(scheduler_.schedule(job));
    return answer == JobScheduler::RESULT_SUCCESS;
}

Result<void> LibstintScheduler::cancel(std::int32_t job) { return scheduler_.cancel(JobId(job)); }

Result<std::vector<Reconcile::Pending>> LibstintScheduler::pending() {
    std::vector<Reconcile::Pending> pending;
    for (const JobInfo& job : STINT_TRY(scheduler_.getAllPendingJobs()))
        pending.push_back({job.getId().value, requestOf(job.getExtras())});
    return pending;
}

void LibstintScheduler::begin(const JobParameters& params) {
    const std::scoped_lock lock(mutex_);
    runs_.insert_or_assign(params.getJobId().value, params);
}

void LibstintScheduler::forget(std::int32_t job) {
    const std::scoped_lock lock(mutex_);
    runs_.erase(job);
}

std::optional<JobParameters> LibstintScheduler::paramsOf(std::int32_t job) const {
    const std::scoped_lock lock(mutex_);
    const auto found = runs_.find(job);
    return found == runs_.end() ? std::nullopt : std::optional(found->second);
}

void LibstintScheduler::finish(std::int32_t job, bool again) {
    const auto params = paramsOf(job);
    forget(job);
    if (params) service_->jobFinished(*params, again);
}

} // namespace stint::work
