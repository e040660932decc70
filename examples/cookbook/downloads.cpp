// Recipes: a transfer that a person asked for, and what it does when it must stop.
#include <fstream>

#include "recipes.hpp"

using namespace stint::literals;
using enum stint::StopReason;

namespace cookbook {

using stint::Bytes;
using stint::Connection;
using stint::JobInfo;
using stint::JobParameters;
using stint::JobScheduler;
using stint::Notification;
using stint::Result;
using stint::ScheduleResult;

namespace {

constexpr Bytes size = 64_MB;

Bytes savedPosition() {
    Bytes position = 0;
    std::ifstream(ownFile("position")) >> position;
    return position;
}

void savePosition(Bytes position) { std::ofstream(ownFile("position")) << position; }

} // namespace

// code: transfer
Result<ScheduleResult> download(Connection& connection, const std::string& film) {
    auto job = JobInfo::Builder(3, "Downloads")
                   .setUserInitiated(true)
                   .setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY)
                   .setEstimatedNetworkBytes(size)
                   .setExtras(stint::PersistableBundle().putString("film", film))
                   .build();
    if (!job) return job.error();
    return JobScheduler(connection).schedule(*job); // RESULT_FAILURE: nobody looks; getReason() says what was missing
}

void Downloads::show(const JobParameters& params, Bytes done, Bytes size) {
    updateTransferredNetworkBytes(params, done, 0);
    const std::string film = params.getExtras().getString("film");
    auto notification = Notification::Builder("downloads").setSmallIcon("folder-download").setContentTitle(film);
    auto shown = setNotification(params, 1, notification.setProgress(size, done, false).build(),
                                 JOB_END_NOTIFICATION_POLICY_REMOVE);
    if (!shown) work("show nothing: " + shown.error().message);
}
// code: end

// code: stop
bool Downloads::onStartJob(JobParameters params) {
    worker_ = std::jthread([this, params](const std::stop_token& stop) {
        const std::string film = params.getExtras().getString("film");
        for (Bytes done = savedPosition(); done < size; savePosition(done)) {
            show(params, done, size);
            done += moveAPiece(film, done);
            if (stop.stop_requested()) return;
        }
        work("download " + film);
        jobFinished(params, false); // done; true: it failed, again after a back-off
    });
    return true; // it goes on, in that thread
}

bool Downloads::onStopJob(JobParameters params) {
    worker_.request_stop();
    return params.getStopReason() != STOP_REASON_CANCELLED_BY_APP; // true: again as soon as it may, from the position
}
// code: end

} // namespace cookbook
