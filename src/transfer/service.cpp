#include "transfer/service.hpp"

#include <optional>
#include <utility>

#include <fmt/core.h>

#include "base/complain.hpp"
#include "stint/job_scheduler.hpp"
#include "transfer/finish.hpp"
#include "transfer/tus_transfer.hpp"
#include "transfer/wording.hpp"

namespace stint::transfer {
namespace {

constexpr int connectionLost = 69; // linux.md §A.10: unavailable

// What is taken back at a server is not waited for longer: the job's next run waits for the end of this process.
constexpr auto mostAfterwards = std::chrono::seconds{10};

std::optional<Duration> sooner(std::optional<Duration> timeout) {
    return timeout && *timeout < Duration::zero() ? Duration::zero() : timeout;
}

} // namespace

bool TransferService::onStartJob(JobParameters params) {
    std::uint64_t number = params.getRun();
    Run& run = runs_[number];
    run = {.params = params, .wish = wishOf(params.getExtras()), .ticket = 0, .progress = {}};
    show(run, "starting"); // jobs.md §5.2: owed from the start
    Watcher watcher{.progressed = [this, number](const Progress& p) { progressed(number, p); },
                    .ended = [this, number](const Ending& e) { ended(number, e); }};
    run.ticket = run.wish.upload ? engine_.start(*run.wish.upload, std::move(watcher))
                                 : engine_.start(run.wish.download, std::move(watcher));
    return true;
}

bool TransferService::onStopJob(JobParameters params) {
    if (auto found = runs_.find(params.getRun()); found != runs_.end()) {
        // jobs.md §4.6: the app's own cancel is 1, the operator's 13. So is a stop that a developer asks for by
        // Android's shell, after which the job waits: which of them it is the daemon says.
        StopReason reason = params.getStopReason();
        if (reason == StopReason::CancelledByApp || reason == StopReason::User)
            cancelled_.push_back({found->second.ticket, {params, found->second.wish}});
        else
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
    const bool later = key == "later";
    const std::string words =
        later ? fmt::format("put off at {}", at) : fmt::format("stopped at {}; what is there is kept", at);
    show(found->second, words);
    finish(params.getRun(), later, {ends::waits, words});
}

void TransferService::progressed(std::uint64_t number, const Progress& progress) {
    Run& run = runs_.at(number);
    bool learned = progress.total && progress.total != run.progress.total;
    run.progress = progress;
    if (learned && run.wish.upload) updateEstimatedNetworkBytes(run.params, 0, *progress.total);
    if (learned && !run.wish.upload) updateEstimatedNetworkBytes(run.params, *progress.total, 0);
    tellBytes(run);
    show(run, describe(progress));
}

// What is in place, not what this run moved: a resumed transfer goes on where its bar was.
void TransferService::tellBytes(const Run& run) {
    Bytes inPlace = run.progress.inPlace;
    updateTransferredNetworkBytes(run.params, run.wish.upload ? 0 : inPlace, run.wish.upload ? inPlace : 0);
}

void TransferService::ended(std::uint64_t number, const Ending& ending) {
    Run& run = runs_.at(number);
    if (ending.fate == Fate::Done) ended_.push_back({run.params, run.wish});
    if (ending.fate == Fate::Done && run.progress.total) run.progress.inPlace = *run.progress.total;
    if (run.progress.total) tellBytes(run);
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
                                    .setSmallIcon(run.wish.upload ? "document-send" : "folder-download")
                                    .setContentTitle(run.wish.label)
                                    .setContentText(text)
                                    .setProgress(progress.total.value_or(0), progress.inPlace, !progress.total)
                                    .addAction("stop", "Stop")
                                    .addAction("later", "Later")
                                    .build();
    auto shown =
        setNotification(run.params, run.params.getJobId().value, notification, JobEndNotificationPolicy::Detach);
    if (!shown) complain("stint-transfer", fmt::format("cannot show a notification: {}", shown.error().message));
}

// A job that is known to be over will not run again, so nothing needs its sidecar or record any more. Until then it is
// what tells the next run that the file in the target's place, or at the server, is its own. Asked for after
// jobFinished() on one connection, and the daemon answers nothing before what came earlier is durable (architecture.md,
// the turn).
void TransferService::confirm(Connection& connection) {
    for (const Ended& ended : ended_) {
        if (!isOver(connection, ended)) continue;
        if (!ended.wish.upload) forgetFinished(ended.wish.download.output);
        if (ended.wish.upload && ended.wish.upload->protocol == Upload::Protocol::Tus) forgetSent(*ended.wish.upload);
    }
    ended_.clear();
}

bool TransferService::isOver(Connection& connection, const Ended& one) const {
    JobScheduler root(connection);
    const auto& name = one.params.getJobNamespace();
    auto scheduler = name ? root.forNamespace(*name) : Result<JobScheduler>(root);
    if (!scheduler) return false;
    auto job = scheduler->getPendingJob(one.params.getJobId());
    if (!job) return false; // no daemon: what there is stays, for the run that follows
    // Its id may be another job's by now.
    return !*job || !sameGoal(wishOf((*job)->getExtras()), one.wish);
}

// Within the turn of the loop that heard of it, so that nothing more is received or sent.
void TransferService::settleCancelled(Connection& connection) {
    for (const auto& [ticket, one] : std::exchange(cancelled_, {}))
        isOver(connection, one) ? engine_.cancel(ticket) : engine_.stop(ticket);
}

/// What was cancelled and is to be taken back.
void TransferService::takeBack() {
    auto until = Transfer::Clock::now() + mostAfterwards;
    while (!engine_.idle() && Transfer::Clock::now() < until)
        engine_.turn(-1, std::chrono::ceil<Duration>(until - Transfer::Clock::now()));
}

int TransferService::serve(Connection& connection) {
    for (;;) {
        auto wanted = connection.dispatch();
        if (!wanted) {
            complain("stint-transfer", wanted.error().message);
            return connectionLost;
        }
        settleCancelled(connection);
        if (!*wanted) break;
        engine_.turn(connection.fd(), sooner(connection.timeout()));
        confirm(connection);
    }
    takeBack();
    return 0;
}

} // namespace stint::transfer
