#include "work/manager/worker.hpp"

#include <exception>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "stint/work/worker.hpp"
#include "work/manager/manager_impl.hpp"

namespace stint::work {

const UUID& WorkerParameters::getId() const { return values_->id; }
const Data& WorkerParameters::getInputData() const { return values_->input; }
const std::set<std::string>& WorkerParameters::getTags() const { return values_->tags; }
std::int32_t WorkerParameters::getRunAttemptCount() const { return values_->attempts; }
std::int32_t WorkerParameters::getGeneration() const { return values_->generation; }
const std::vector<std::string>& WorkerParameters::getTriggeredContentUris() const { return values_->uris; }
const std::vector<std::string>& WorkerParameters::getTriggeredContentAuthorities() const {
    return values_->authorities;
}
const std::optional<Network>& WorkerParameters::getNetwork() const { return values_->network; }

Worker::Result Worker::Result::success(Data output) { return {Kind::Success, std::move(output)}; }
Worker::Result Worker::Result::failure(Data output) { return {Kind::Failure, std::move(output)}; }
Worker::Result Worker::Result::retry() { return {Kind::Retry, {}}; }

Worker::Worker(WorkerParameters params) : params_(std::move(params)) {}
Worker::~Worker() = default;
void Worker::onStopped() {}

bool Worker::isStopped() const { return params_.values_->stop.stop_requested(); }
std::stop_token Worker::getStopToken() const { return params_.values_->stop.get_token(); }
std::int32_t Worker::getStopReason() const { return params_.values_->stopReason; }

stint::Result<void> Worker::setProgress(Data progress) { return params_.values_->setProgress(std::move(progress)); }
stint::Result<void> Worker::setForeground(const ForegroundInfo& info) { return params_.values_->setForeground(info); }

// The runs of workers in this process: from a job, or the engine, to a thread, and back.

namespace {

constexpr Duration unkeptWait = std::chrono::seconds(5);

} // namespace

bool WorkManager::Impl::onStartJob(JobParameters params) {
    // stintd's own, which has this process begin: what waits was handed over as it did.
    if (params.getJobNamespace() != std::string(jobNamespace)) return false;
    const std::int32_t job = params.getJobId().value;
    const auto of = UUID::fromString(params.getExtras().getString("stint.work.request"));
    scheduler_.begin(params);
    const auto outcome = call(JobStarted{job, of});
    if (!outcome.ok()) { // the file cannot be written now: again, after the back-off
        scheduler_.finish(job, true);
        return true;
    }
    if (!outcome->goesOn) scheduler_.forget(job);
    return outcome->goesOn;
}

bool WorkManager::Impl::onStopJob(JobParameters params) {
    if (params.getJobNamespace() != std::string(jobNamespace)) return false;
    const std::int32_t job = params.getJobId().value;
    scheduler_.forget(job);
    const auto outcome = call(JobStopped{job, params.getStopReason()});
    return !outcome.ok() || outcome->goesOn;
}

void WorkManager::Impl::onNetworkChanged(JobParameters) {} // a worker that fails because of it is retried

void WorkManager::Impl::start(const StartWorker& how, const Request& request) {
    auto values = std::make_shared<WorkerAccess::Values>();
    values->id = how.request;
    values->run = how.run;
    values->worker = request.spec.worker;
    values->input = how.input;
    values->tags = request.spec.tags;
    values->attempts = request.attempts - 1;
    values->generation = request.generation;
    if (const auto params = how.job ? scheduler_.paramsOf(*how.job) : std::nullopt) {
        values->uris = params->getTriggeredContentUris().value_or(std::vector<std::string>());
        values->authorities = params->getTriggeredContentAuthorities();
        values->network = params->getNetwork();
    }
    values->setProgress = [this, id = how.request, run = how.run](Data progress) -> Result<void> {
        const auto outcome = call(Progress{id, run, std::move(progress)});
        return outcome.ok() ? Result<void>() : outcome.error();
    };
    values->setForeground = [this, weak = std::weak_ptr(values)](const ForegroundInfo& info) -> Result<void> {
        const auto run = weak.lock();
        return run ? showForeground(run, info) : Result<void>(fail(Errc::ILLEGAL_STATE, "the run is over"));
    };
    running_[how.request] = {values, nullptr, false};
    pool_.run([this, values] { work(values); });
}

void WorkManager::Impl::stop(const StopWorker& how) {
    const auto found = running_.find(how.request);
    if (found == running_.end() || found->second.values->run != how.run) return;
    found->second.values->stopReason = how.reason;
    toStop_.push_back(found->second);
}

void WorkManager::Impl::tellStopped(std::vector<Running> stopped) {
    for (const Running& run : stopped)
        if (run.values->stop.request_stop() && run.worker) run.worker->onStopped();
}

Worker::Result WorkManager::Impl::doWork(const std::shared_ptr<WorkerAccess::Values>& values, std::string& why) {
    const auto& workers = ConfigurationAccess::values(configuration_).workers;
    const auto make = workers.find(values->worker);
    if (make == workers.end()) {
        why = fmt::format("no worker is registered under the name \"{}\" (any more)", values->worker);
        return Worker::Result::failure();
    }
    try {
        std::shared_ptr<Worker> worker = make->second(WorkerAccess::params(values));
        if (!worker) {
            why = fmt::format("the worker \"{}\" could not be made", values->worker);
            return Worker::Result::failure();
        }
        {
            // A stop from here on finds the worker; an earlier stop found none: then the worker does not begin.
            const std::scoped_lock lock(mutex_);
            if (over_ || values->stopReason != WorkInfo::STOP_REASON_NOT_STOPPED) return Worker::Result::retry();
            if (const auto run = running_.find(values->id); run != running_.end() && run->second.values == values)
                run->second.worker = worker;
        }
        return worker->doWork();
    } catch (const std::exception& thrown) {
        why = fmt::format("the worker threw: {}", thrown.what());
    } catch (...) {
        why = "the worker threw what is not a std::exception";
    }
    return Worker::Result::failure();
}

void WorkManager::Impl::work(const std::shared_ptr<WorkerAccess::Values>& values) {
    std::string why;
    const auto result = doWork(values, why);
    auto how = WorkerAccess::ended(*values, result);
    how.why = std::move(why);
    ended(values, std::move(how));
}

void WorkManager::Impl::ended(const std::shared_ptr<WorkerAccess::Values>& values, WorkerEnded how) {
    bool lastForeground = false;
    {
        const std::scoped_lock lock(mutex_);
        if (over_) return; // work that stops with its manager is begun again by the next one
        if (!how.why.empty()) notices_.push_back(fmt::format("work {}: {}", values->id.toString(), how.why));
        const auto run = running_.find(values->id);
        if (run != running_.end() && run->second.values == values) {
            STINT_CHECK(!run->second.foreground || foregrounds_ > 0);
            lastForeground = run->second.foreground && --foregrounds_ == 0;
            running_.erase(run);
        }
    }
    if (lastForeground)
        static_cast<void>(
            connection_.stopForegroundService(ConfigurationAccess::values(configuration_).foregroundService));
    // The file cannot be written now: the end is tried again, and until then nobody begins the request anew. If this
    // process dies before, the run counts as cut off.
    if (const auto answer = call(how); !answer.ok()) {
        {
            const std::scoped_lock lock(mutex_);
            notices_.push_back(fmt::format("work {}: its end could not be kept, and is tried again: {}",
                                           values->id.toString(), answer.error().message));
            unkept_.push_back(std::move(how));
            unkeptAt_ = steadyNow() + unkeptWait;
        }
        wakes_.wake();
    }
}

void WorkManager::Impl::keepAgain() {
    std::vector<WorkerEnded> due;
    {
        const std::scoped_lock lock(mutex_);
        if (unkept_.empty() || unkeptAt_ > steadyNow()) return;
        due.swap(unkept_);
    }
    for (auto& how : due) {
        if (call(how).ok()) continue;
        const std::scoped_lock lock(mutex_);
        unkept_.push_back(std::move(how));
        unkeptAt_ = steadyNow() + unkeptWait;
    }
}

Result<void> WorkManager::Impl::showForeground(const std::shared_ptr<WorkerAccess::Values>& values,
                                               const ForegroundInfo& info) {
    std::optional<JobParameters> job;
    {
        const std::scoped_lock lock(mutex_);
        const Request* request = desk_->engine().requests().find(values->id);
        if (request != nullptr && request->job) job = scheduler_.paramsOf(*request->job);
    }
    if (job && job->isUserInitiatedJob())
        return setNotification(*job, info.notificationId, info.notification, JOB_END_NOTIFICATION_POLICY_REMOVE);
    const auto& service = ConfigurationAccess::values(configuration_).foregroundService;
    if (auto shown = connection_.startForegroundService(service, info.notificationId, info.notification); !shown.ok())
        return shown;
    {
        const std::scoped_lock lock(mutex_);
        const auto run = running_.find(values->id);
        if (run == running_.end() || run->second.values != values) return fail(Errc::ILLEGAL_STATE, "the run is over");
        if (!std::exchange(run->second.foreground, true)) ++foregrounds_;
        STINT_CHECK(static_cast<std::size_t>(foregrounds_) <= running_.size());
    }
    const auto answer = call(Foregrounded{values->id, values->run});
    return answer.ok() ? Result<void>() : answer.error();
}

void WorkManager::Impl::shutDown() {
    std::vector<Running> stopped;
    {
        const std::scoped_lock lock(mutex_);
        over_ = true;
        for (const auto& [id, run] : running_)
            stopped.push_back(run);
    }
    for (const Running& run : stopped) { // a run that was stopped before keeps its reason
        std::int32_t none = WorkInfo::STOP_REASON_NOT_STOPPED;
        run.values->stopReason.compare_exchange_strong(none, WorkInfo::STOP_REASON_UNKNOWN);
    }
    tellStopped(std::move(stopped));
    pool_.end();
}

} // namespace stint::work
