#include "transfer/service.hpp"

#include <cstdio>
#include <optional>

#include <fmt/core.h>

#include "stint/job_scheduler.hpp"
#include "transfer/finish.hpp"
#include "transfer/wording.hpp"

namespace stint::transfer {
namespace {

constexpr int connectionLost = 69; // linux.md §A.10: unavailable

Download wishOf(const PersistableBundle& extras) {
    return {.url = extras.getString("url"),
            .output = extras.getString("output"),
            .checksum = extras.getString("checksum"),
            .overwrite = extras.getBoolean("force")};
}

std::string labelOf(const PersistableBundle& extras) {
    std::string label = extras.getString("label");
    return label.empty() ? std::filesystem::path(extras.getString("output")).filename().native() : label;
}

std::optional<Duration> sooner(std::optional<Duration> timeout) {
    return timeout && *timeout < Duration::zero() ? Duration::zero() : timeout;
}

} // namespace

bool TransferService::onStartJob(JobParameters params) {
    std::uint64_t number = params.getRun();
    Run& run = runs_[number];
    run = {.params = params, .label = labelOf(params.getExtras()), .ticket = 0, .progress = {}};
    show(run, "starting"); // jobs.md §5.2: owed from the start
    run.ticket = engine_.start(wishOf(params.getExtras()),
                               {.progressed = [this, number](const Progress& p) { progressed(number, p); },
                                .ended = [this, number](const Ending& e) { ended(number, e); }});
    return true;
}

bool TransferService::onStopJob(JobParameters params) {
    if (auto found = runs_.find(params.getRun()); found != runs_.end()) {
        engine_.stop(found->second.ticket);
        runs_.erase(found);
    }
    return true; // jobs.md §4.2: again, from where it was
}

void TransferService::onNetworkChanged(JobParameters params) {
    // jobs.md §4.7: the traffic must move.
    if (auto found = runs_.find(params.getRun()); found != runs_.end()) engine_.reconnect(found->second.ticket);
}

// jobs.md §5.1, §12.7: Stop ends this job alone and keeps what it has; Later has it tried again.
void TransferService::notificationAction(JobParameters params, std::string_view key) {
    auto found = runs_.find(params.getRun());
    if (found == runs_.end() || (key != "stop" && key != "later")) return;
    std::string at = describe(found->second.progress);
    engine_.stop(found->second.ticket);
    if (key == "stop") {
        finish(params.getRun(), false, {ends::waits, fmt::format("stopped at {}; what was received is kept", at)});
    } else {
        finish(params.getRun(), true, {ends::waits, fmt::format("put off at {}", at)});
    }
}

void TransferService::progressed(std::uint64_t number, const Progress& progress) {
    Run& run = runs_.at(number);
    bool learned = progress.total && progress.total != run.progress.total;
    run.progress = progress;
    if (learned) updateEstimatedNetworkBytes(run.params, *progress.total, 0);
    // What is in place, not what this run moved: a resumed download goes on where its bar was.
    updateTransferredNetworkBytes(run.params, progress.inPlace, 0);
    show(run, describe(progress));
}

void TransferService::ended(std::uint64_t number, const Ending& ending) {
    Run& run = runs_.at(number);
    if (ending.fate == Fate::Done) saved_.push_back({run.params, wishOf(run.params.getExtras()).output});
    if (ending.fate == Fate::Done && run.progress.total) run.progress.inPlace = *run.progress.total;
    if (run.progress.total) updateTransferredNetworkBytes(run.params, run.progress.inPlace, 0);
    show(run, ending.fate == Fate::Later ? fmt::format("waits to go on: {}", ending.text) : ending.text);
    finish(number, ending.fate == Fate::Later, {ending.exitCode, ending.text});
}

void TransferService::finish(std::uint64_t number, bool wantsReschedule, Outcome outcome) {
    auto run = runs_.extract(number);
    jobFinished(run.mapped().params, wantsReschedule, std::move(outcome));
}

void TransferService::show(const Run& run, const std::string& text) {
    const Progress& progress = run.progress;
    Notification notification = Notification::Builder("transfers")
                                    .setSmallIcon("folder-download")
                                    .setContentTitle(run.label)
                                    .setContentText(text)
                                    .setProgress(progress.total.value_or(0), progress.inPlace, !progress.total)
                                    .addAction("stop", "Stop")
                                    .addAction("later", "Later")
                                    .build();
    auto shown =
        setNotification(run.params, run.params.getJobId().value, notification, JobEndNotificationPolicy::Detach);
    if (!shown) std::fprintf(stderr, "stint-transfer: cannot show a notification: %s\n", shown.error().message.c_str());
}

// A job that is known to be over will not run again, so nothing needs its sidecar any more. Until then it would be what
// tells the next run that the file in the target's place is its own. Asked for after jobFinished() on one connection,
// and the daemon answers nothing before what came earlier is durable (design.md, the turn).
void TransferService::confirm(Connection& connection) {
    for (const Saved& saved : saved_) {
        JobScheduler root(connection);
        const auto& name = saved.params.getJobNamespace();
        auto scheduler = name ? root.forNamespace(*name) : Result<JobScheduler>(root);
        if (!scheduler) continue;
        auto job = scheduler->getPendingJob(saved.params.getJobId());
        if (!job) continue; // no daemon: the sidecar stays, for the run that follows
        // Its id may be another job's by now.
        if (!*job || wishOf((*job)->getExtras()).output != saved.output) forgetFinished(saved.output);
    }
    saved_.clear();
}

int TransferService::serve(Connection& connection) {
    for (;;) {
        auto wanted = connection.dispatch();
        if (!wanted) {
            std::fprintf(stderr, "stint-transfer: %s\n", wanted.error().message.c_str());
            return connectionLost;
        }
        if (!*wanted) return 0;
        engine_.turn(connection.fd(), sooner(connection.timeout()));
        confirm(connection);
    }
}

} // namespace stint::transfer
