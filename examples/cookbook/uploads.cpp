// Recipe: one job with many items of work, which come while it runs and outlive it.
#include "recipes.hpp"

namespace cookbook {

using stint::Connection;
using stint::JobInfo;
using stint::JobParameters;
using stint::JobScheduler;
using stint::JobWorkItem;
using stint::Result;
using stint::ScheduleResult;

// code: work
Result<ScheduleResult> upload(Connection& connection, const fs::path& picture) {
    auto job = JobInfo::Builder(6, "Uploads").setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY).build();
    auto item =
        JobWorkItem::Builder().setExtras(stint::PersistableBundle().putString("file", picture.string())).build();
    if (!job || !item) return !job ? job.error() : item.error();
    return JobScheduler(connection).enqueue(*job, *item); // to the same job, as long as there is one
}

bool Uploads::onStartJob(JobParameters params) {
    worker_ = std::jthread([params](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            auto item = params.dequeueWork();
            if (!item || !*item) return; // none is left: that has ended the job
            work("upload " + (*item)->getExtras().getString("file"));
            (void)params.completeWork(**item); // else it is handed out again, in the next run
        }
    });
    return true;
}
// code: end

bool Uploads::onStopJob(JobParameters) {
    worker_.request_stop();
    return true;
}

} // namespace cookbook
