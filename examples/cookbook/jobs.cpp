// Recipes: work that runs by itself, when the device sees fit.
#include "recipes.hpp"

using namespace std::chrono_literals;

namespace cookbook {

using stint::Connection;
using stint::JobInfo;
using stint::JobScheduler;
using stint::Result;
using stint::ScheduleResult;

// code: conditions
Result<ScheduleResult> backUp(Connection& connection) {
    auto job = JobInfo::Builder(1, "Jobs") // a service of the manifest
                   .setRequiredNetworkType(JobInfo::NETWORK_TYPE_UNMETERED)
                   .setRequiresCharging(true)
                   .setPersisted(true) // outlives a reboot
                   .setExtras(stint::PersistableBundle().putString("what", "back up"))
                   .build();
    if (!job) return job.error(); // the rule that it breaks, in words
    return JobScheduler(connection).schedule(*job);
}
// code: end

// code: periodic
Result<ScheduleResult> syncEveryDay(Connection& connection) {
    auto job = JobInfo::Builder(2, "Jobs")
                   .setPeriodic(24h, 2h) // once a day, within the last two hours of it
                   .setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY)
                   .setPersisted(true)
                   .build();
    if (!job) return job.error();
    return JobScheduler(connection).schedule(*job); // one of the same id is replaced
}
// code: end

// code: expedited
Result<ScheduleResult> fetchMessage(Connection& connection) {
    JobInfo::Builder job(4, "Jobs");
    job.setExtras(stint::PersistableBundle().putString("what", "fetch the message"));
    JobScheduler scheduler(connection);
    auto soon = scheduler.schedule(job.setExpedited(true).build().value());
    if (!soon || *soon == JobScheduler::RESULT_SUCCESS) return soon;
    work("a while later: " + soon->getReason()); // "… has used up its time for expedited jobs, 10min in 1d; …"
    return scheduler.schedule(job.setExpedited(false).build().value());
}
// code: end

// code: content
Result<ScheduleResult> watchPictures(Connection& connection, const fs::path& pictures) {
    constexpr auto beneath = JobInfo::TriggerContentUri::FLAG_NOTIFY_FOR_DESCENDANTS;
    auto job = JobInfo::Builder(5, "Jobs")
                   .addTriggerContentUri({pictures.string(), beneath})
                   .setTriggerContentUpdateDelay(500ms) // quiet for so long
                   .build();
    if (!job) return job.error();
    return JobScheduler(connection).schedule(*job);
}

bool Jobs::onStartJob(stint::JobParameters params) {
    for (const std::string& changed : params.getTriggeredContentUris().value_or(std::vector<std::string>()))
        work("look at " + fs::path(changed).filename().string());
    work(params.getExtras().getString("what", "sync"));
    return false; // done; true: it goes on, elsewhere, until jobFinished()
}
// code: end

} // namespace cookbook
