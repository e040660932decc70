#include "work/manager/libstint_ground.hpp"

#include <algorithm>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "base/unix/paths.hpp"
#include "base/unix/waiting_work.hpp"
#include "stint/standing.hpp"
#include "work/engine/job_of.hpp"

namespace stint::work {

LibstintGround::LibstintGround(Connection& connection, Configuration configuration, JobScheduler scheduler, Wakes wakes)
    : connection_(connection), configuration_(std::move(configuration)),
      scheduler_(
          std::move(scheduler), *this,
          [this](std::int32_t job, const std::vector<PendingReason>& reasons) { jobs_->jobWaits(job, reasons); }),
      wakes_(std::move(wakes)), blocking_(parts().threads.value_or(parts().schedulerLimit)) {}

Result<std::unique_ptr<LibstintGround>> LibstintGround::open(Connection& connection,
                                                             const Configuration& configuration) {
    auto scheduler = STINT_TRY(JobScheduler(connection).forNamespace(jobNamespace));
    auto wakes = STINT_TRY(Wakes::open(connection.fd()));
    auto ground = std::make_unique<LibstintGround>(connection, configuration, std::move(scheduler), std::move(wakes));
    ground->package_ = STINT_TRY(connection.package());
    return ground;
}

std::optional<Ground::Place> LibstintGround::place() {
    if (!parts().directory.empty()) return Place{parts().directory, parts().directory};
    return Place{baseDirectory("XDG_DATA_HOME", ".local/share") / package_, stateDirectoryOf(package_)};
}

Now LibstintGround::now() { return {bootNow(), wallNow()}; }

Result<void> LibstintGround::opened() {
    waits_ = waitingWorkOf(package_).has_value();
    return wakes_.watchFile(place()->directory);
}

// Where no note can be written, the work waits for the app's next start, as what a sandboxed app notes does.
void LibstintGround::noteWaiting(bool waits) {
    if (std::exchange(waits_, waits) == waits) return;
    if (waits)
        static_cast<void>(noteWaitingWork(package_, parts().service));
    else
        forgetWaitingWork(package_);
}

// A process that only enqueues may end at any time.
bool LibstintGround::isVisible() {
    if (!dispatches_) return false;
    const auto importance = connection_.getMyImportance();
    return importance.ok() && *importance <= Importance::VISIBLE && *importance != Importance::FOREGROUND_SERVICE;
}

std::optional<Ground::Run> LibstintGround::runOf(std::int32_t job) {
    const auto params = scheduler_.paramsOf(job);
    if (!params) return std::nullopt;
    return Run{params->getTriggeredContentUris().value_or(std::vector<std::string>()),
               params->getTriggeredContentAuthorities(), params->getNetwork()};
}

void LibstintGround::run(Task kind, std::function<void()> task) {
    (kind == Task::Blocks ? blocking_ : beginning_).run(std::move(task));
}

void LibstintGround::endTasks() {
    beginning_.end();
    blocking_.end();
}

Result<bool> LibstintGround::showForeground(std::optional<std::int32_t> job, const ForegroundInfo& info) {
    const auto params = job ? scheduler_.paramsOf(*job) : std::nullopt;
    if (params && params->isUserInitiatedJob()) {
        STINT_TRY(setNotification(*params, info.notificationId, info.notification, JOB_END_NOTIFICATION_POLICY_REMOVE));
        return false;
    }
    STINT_TRY(connection_.startForegroundService(parts().foregroundService, info.notificationId, info.notification));
    return true;
}

void LibstintGround::endForeground(std::int32_t notification) {
    static_cast<void>(connection_.stopForegroundService(parts().foregroundService, notification));
}

std::optional<Duration> LibstintGround::timeout() {
    if (!dispatches_) return Duration(0); // the service is hosted by the first dispatch()
    auto longest = connection_.timeout();
    if (const auto bus = publisher_ ? publisher_->timeout() : std::nullopt)
        longest = longest ? std::min(*longest, *bus) : bus;
    return longest;
}

/// The loop has begun: from here on jobs may run in this process, and its requests are shown. The service is offered
/// only now, because jobs begin in a process that stays.
Result<void> LibstintGround::firstTurn(JobsPort& jobs) {
    jobs_ = &jobs;
    STINT_TRY(connection_.host(parts().service, *this));
    connection_.onForegroundServiceAction(parts().foregroundService,
                                          [this](std::int32_t, const std::string& key) { jobs_->pressed(key); });
    if (parts().published) publisher_.emplace(package_, [this] { return jobs_->all(); });
    return {};
}

Result<Ground::Turn> LibstintGround::dispatch(JobsPort& jobs) {
    Turn turn;
    turn.othersWrote = wakes_.drain();
    turn.isFirst = !dispatches_.exchange(true);
    if (turn.isFirst) STINT_TRY(firstTurn(jobs));
    turn.goesOn = STINT_TRY(connection_.dispatch());
    return turn;
}

void LibstintGround::publish(std::uint64_t version) {
    if (!publisher_) return;
    if (std::exchange(published_, version) != version) publisher_->changed();
    publisher_->dispatch();
    wakes_.follow(publisher_->fd(), publisher_->events());
}

bool LibstintGround::onStartJob(JobParameters params) {
    // stintd's own, which has this process begin: what waits was handed over as it did.
    if (params.getJobNamespace() != std::string(jobNamespace)) return false;
    const std::int32_t job = params.getJobId().value;
    scheduler_.begin(params);
    const bool goesOn = jobs_->startJob(job, requestOf(params.getExtras()));
    if (!goesOn) scheduler_.forget(job);
    return goesOn;
}

bool LibstintGround::onStopJob(JobParameters params) {
    if (params.getJobNamespace() != std::string(jobNamespace)) return false;
    const std::int32_t job = params.getJobId().value;
    scheduler_.forget(job);
    return jobs_->stopJob(job, params.getStopReason());
}

void LibstintGround::onNetworkChanged(JobParameters) {} // a worker that fails because of it is retried

void LibstintGround::notificationAction(JobParameters, std::string_view key) { jobs_->pressed(std::string(key)); }

} // namespace stint::work
