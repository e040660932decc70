#include "custom_transfer_service.hpp"

#include <filesystem>
#include <iostream>
#include <utility>

namespace {

// LINUX: the exit code of an outcome is ours; Android's jobs end without one. `stint wait` and scripts read it.
constexpr int failed = 1;

} // namespace

// code: step5
bool CustomTransferService::onStartJob(stint::JobParameters params) {
    // Step 5: "When the job is being executed, ensure to call setNotification() on the JobService object." The user
    // then sees the job in the Task Manager (`stint tasks`) and among the notifications.
    show(params, "Starting", Progress{});
    // A callback must return soon: the work is another thread's.
    workers_[params.getRun()] = std::jthread([this, params](std::stop_token stopped) { work(stopped, params); });
    return true;
}

/// `progress`: while it goes on; then it can be stopped, too.
void CustomTransferService::show(const stint::JobParameters& params, const std::string& text,
                                 std::optional<Progress> progress) {
    const std::filesystem::path file = params.getExtras().getString(fileKey);
    stint::Notification::Builder builder("transfers");
    builder.setContentTitle(file.filename().string()).setSmallIcon("folder-download").setContentText(text);
    if (progress) builder.addAction("stop", "Stop").setProgress(progress->total, progress->done, progress->total <= 0);
    // Android prints notification.id, which no Notification has there either: an id is the app's own choice, here one
    // for each job. The policy is an enum, not JobService.JOB_END_NOTIFICATION_POLICY_DETACH.
    auto shown =
        setNotification(params, params.getJobId().value, builder.build(), stint::JOB_END_NOTIFICATION_POLICY_DETACH);
    if (!shown) std::cerr << "custom-transfer: " << shown.error().message << "\n";
}
// code: end

// code: step6
void CustomTransferService::work(const std::stop_token& stopped, const stint::JobParameters& params) {
    Transfer transfer(params.getExtras().getString(urlKey), params.getExtras().getString(fileKey));
    long long percentShown = -1;
    const Ending ending = transfer.run(stopped, [&](Progress progress) {
        // Step 6: "Periodically update the notification", and "use updateEstimatedNetworkBytes() to update the transfer
        // size after it becomes known". Both bytes may be told as often as they change: the library sends five a
        // second.
        updateEstimatedNetworkBytes(params, progress.total, 0);
        updateTransferredNetworkBytes(params, progress.done, 0);
        const long long percent = progress.total > 0 ? progress.done * 100 / progress.total : 0;
        if (percent == std::exchange(percentShown, percent)) return;
        show(params, std::to_string(progress.done / 1000) + " kB have arrived", progress);
    });
    if (stopped.stop_requested()) return; // onStopJob() has answered for this run: no jobFinished() is due
    show(params, ending.text, std::nullopt);
    // Step 7: "When execution is complete, call jobFinished() to signal to the system that the job is complete, or that
    // the job should be rescheduled."
    jobFinished(params, ending.kind == Ending::Kind::Later,
                {ending.kind == Ending::Kind::Done ? 0 : failed, ending.text});
}
// code: end

// code: stop
bool CustomTransferService::onStopJob(stint::JobParameters params) {
    // A constraint is lost, or the time is up. What has arrived stays beside the file, for the next run to go on with.
    workers_.erase(params.getRun()); // asks the thread to stop, and joins it
    return true;                     // "reschedule": run it again when its constraints hold
}

void CustomTransferService::notificationAction(stint::JobParameters params, std::string_view key) {
    if (key == "stop") workers_.erase(params.getRun());
    JobService::notificationAction(params, key); // "stop": jobFinished(params, false)
}
// code: end
