// The runs of workers in this process: from a job, or the engine, to a worker, and back.
#include <algorithm>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "work/manager/manager_impl.hpp"

namespace stint::work {

namespace {

constexpr Duration unkeptWait = std::chrono::seconds(5);

std::string textOf(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& known) {
        return known.what();
    } catch (...) {
        return "what is not a std::exception";
    }
}

void tell(const Configuration::WorkerExceptionHandler& handler, const std::shared_ptr<WorkerAccess::Values>& values,
          std::exception_ptr thrown) {
    try {
        if (handler) handler({values->worker, WorkerAccess::params(values), std::move(thrown)});
    } catch (...) { // a handler that throws has told what it could
    }
}

template <class What> bool isOf(std::int32_t job, const Event& event) {
    const auto* what = std::get_if<What>(&event);
    return what != nullptr && what->job == job;
}

Result<void> isOverError() { return fail(Errc::ILLEGAL_STATE, "the run is over"); }

} // namespace

template <class... What> void WorkManager::Impl::forgetUnkept(std::int32_t job) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(unkept_, [job](const Event& event) { return (isOf<What>(job, event) || ...); });
}

bool WorkManager::Impl::startJob(std::int32_t job, const std::optional<UUID>& request) {
    const auto outcome = call(JobStarted{job, request});
    if (outcome.ok()) {
        forgetUnkept<JobStopped, JobWaits>(job); // a worker that could not be stopped works in this run
        return outcome->goesOn;
    }
    ground_->scheduler().finish(job, true); // the file cannot be written now: again, after the back-off
    return true;
}

bool WorkManager::Impl::stopJob(std::int32_t job, StopReason reason) {
    const JobStopped stopped{job, reason};
    const auto outcome = call(stopped);
    if (outcome.ok()) return outcome->goesOn;
    keepLater(stopped,
              fmt::format("job {}: its stop could not be kept, and is tried again: {}", job, outcome.error().message));
    return true;
}

void WorkManager::Impl::jobWaits(std::int32_t job, const std::vector<PendingReason>& reasons) {
    JobWaits waits{job, reasons};
    const auto outcome = call(waits);
    forgetUnkept<JobWaits>(job);
    if (outcome.ok()) return;
    keepLater(std::move(waits), fmt::format("job {}: what it waits for could not be heeded, and is tried again: {}",
                                            job, outcome.error().message));
}

void WorkManager::Impl::start(const StartWorker& how, const Request& request) {
    auto values = std::make_shared<Values>();
    values->id = how.request;
    values->run = how.run;
    values->worker = request.spec.worker;
    values->ownMerger = request.spec.ownMerger;
    values->inputs = how.inputs;
    values->input = how.inputs.front();
    values->tags = request.spec.tags;
    values->attempts = request.attempts - 1;
    values->generation = request.generation;
    if (auto run = how.job ? ground_->runOf(*how.job) : std::nullopt) {
        values->uris = std::move(run->uris);
        values->authorities = std::move(run->authorities);
        values->network = std::move(run->network);
    }
    // A worker without a thread may outlive the manager.
    values->setProgress = [weak = weak_from_this(), id = how.request, run = how.run](Data progress) -> Result<void> {
        const Call impl(weak);
        if (!impl || impl->isShutDown()) return isOverError();
        const auto outcome = impl->call(Progress{id, run, std::move(progress)});
        return outcome.ok() ? Result<void>() : outcome.error();
    };
    values->setForeground = [weak = weak_from_this(),
                             weakRun = std::weak_ptr(values)](const ForegroundInfo& info) -> Result<void> {
        const Call impl(weak);
        const auto run = weakRun.lock();
        return impl && run ? impl->showForeground(run, info) : isOverError();
    };
    running_[how.request] = {values, nullptr, std::nullopt};
    pending_.begun.push_back(std::move(values));
}

void WorkManager::Impl::stop(const StopWorker& how) {
    const auto found = running_.find(how.request);
    if (found == running_.end() || found->second.values->run != how.run) return;
    found->second.values->stopReason = how.reason;
    pending_.stopped.push_back(found->second);
}

void WorkManager::Impl::tellStopped(const std::vector<Running>& stopped) {
    for (const Running& run : stopped) {
        try {
            if (run.values->stop.request_stop() && run.worker) run.worker->onStopped();
        } catch (...) {
            auto why = fmt::format("the worker threw as it was stopped: {}", textOf(std::current_exception()));
            tell(parts().hasThrown, run.values, std::current_exception());
            const std::scoped_lock lock(mutex_);
            notices_.push_back(fmt::format("work {}: {}", run.values->id.toString(), why));
        }
    }
}

/// Makes the input, where that is the app's to make, and the worker; either may throw.
Result<std::shared_ptr<ListenableWorker>> WorkManager::Impl::madeFor(const std::shared_ptr<Values>& values) {
    if (!values->ownMerger.empty()) {
        const auto merge = parts().mergers.find(values->ownMerger);
        if (merge == parts().mergers.end())
            return fail(Errc::ILLEGAL_ARGUMENT, "no input merger is registered under the name \"{}\" (any more)",
                        values->ownMerger);
        values->input = STINT_TRY(merge->second(values->inputs));
    }
    const auto params = WorkerAccess::params(values);
    std::unique_ptr<ListenableWorker> made;
    if (parts().factory) made = parts().factory->createWorker(values->worker, params);
    if (!made) {
        const auto make = parts().workers.find(values->worker);
        if (make == parts().workers.end())
            return fail(Errc::ILLEGAL_ARGUMENT, "no worker is registered under the name \"{}\" (any more)",
                        values->worker);
        made = make->second(params);
    }
    if (!made) return fail(Errc::ILLEGAL_STATE, "the worker \"{}\" could not be made", values->worker);
    return std::shared_ptr<ListenableWorker>(std::move(made));
}

// A stop finds the worker once it is made; one that comes before has it not begin.
void WorkManager::Impl::make(const std::shared_ptr<Values>& values) {
    std::shared_ptr<ListenableWorker> worker;
    std::string why;
    try {
        auto made = madeFor(values);
        if (made.ok())
            worker = std::move(*made);
        else
            why = made.error().message;
    } catch (...) {
        why = fmt::format("the worker threw: {}", textOf(std::current_exception()));
        tell(parts().notMade, values, std::current_exception());
    }
    if (!worker)
        return ended(values, WorkerAccess::ended(*values, ListenableWorker::Result::failure(), std::move(why)));
    {
        const std::scoped_lock lock(mutex_);
        if (const auto run = running_.find(values->id); run != running_.end() && run->second.values == values)
            run->second.worker = worker;
    }
    const bool blocks = dynamic_cast<Worker*>(worker.get()) != nullptr;
    if (!blocks) return work(worker, values);
    ground_->run(Ground::Task::Blocks, [this, values, worker = std::move(worker)] { work(worker, values); });
}

// A worker lives as long as its run, also where its manager does not.
void WorkManager::Impl::work(const std::shared_ptr<ListenableWorker>& worker, const std::shared_ptr<Values>& values) {
    const auto completer =
        WorkerAccess::completer([weak = weak_from_this(), worker, values](
                                    std::optional<ListenableWorker::Result> result, std::exception_ptr thrown) mutable {
            const Call impl(weak);
            if (!impl) return; // its manager is gone: the next one begins it again
            std::string why;
            if (thrown) {
                why = fmt::format("the worker threw: {}", textOf(thrown));
                tell(impl->parts().hasThrown, values, std::move(thrown));
            } else if (!result) {
                why = "the worker let go of its completer without a result";
            }
            impl->ended(values, WorkerAccess::ended(*values, result.value_or(ListenableWorker::Result::failure()),
                                                    std::move(why)));
            // Not destroyed in the call that ends it, which may be its own thread's, or its coroutine's.
            impl->ground_->run(Ground::Task::Begins, [last = std::move(worker)]() mutable { last.reset(); });
        });
    if (isShutDown()) return;
    if (values->stopReason != WorkInfo::STOP_REASON_NOT_STOPPED) {
        completer.set(ListenableWorker::Result::retry());
        return;
    }
    try {
        worker->startWork(completer);
    } catch (...) {
        completer.setException(std::current_exception());
    }
}

void WorkManager::Impl::ended(const std::shared_ptr<Values>& values, WorkerEnded how) {
    std::optional<std::int32_t> shown;
    {
        const std::scoped_lock lock(mutex_);
        if (over_) return; // work that stops with its manager is begun again by the next one
        if (!how.why.empty()) notices_.push_back(fmt::format("work {}: {}", values->id.toString(), how.why));
        const auto run = running_.find(values->id);
        if (run != running_.end() && run->second.values == values) {
            shown = run->second.foreground;
            running_.erase(run);
            shown = ifUnused(shown);
        }
    }
    if (shown) ground_->endForeground(*shown);
    // The file cannot be written now: the end is tried again, and until then nobody begins the request anew. If this
    // process dies before, the run counts as cut off.
    if (const auto answer = call(how); !answer.ok())
        keepLater(std::move(how), fmt::format("work {}: its end could not be kept, and is tried again: {}",
                                              values->id.toString(), answer.error().message));
}

bool WorkManager::Impl::isShutDown() {
    const std::scoped_lock lock(mutex_);
    return over_;
}

/// An end comes before the stop of a run that nobody could tell to stop: its result counts.
void WorkManager::Impl::keepLater(Event event, std::string notice) {
    {
        const std::scoped_lock lock(mutex_);
        notices_.push_back(std::move(notice));
        const bool isEnd = std::holds_alternative<WorkerEnded>(event);
        unkept_.insert(isEnd ? unkept_.begin() : unkept_.end(), std::move(event));
        unkeptAt_ = steadyNow() + unkeptWait;
    }
    ground_->wake();
}

void WorkManager::Impl::keepAgain() {
    std::vector<Event> due;
    {
        const std::scoped_lock lock(mutex_);
        if (unkept_.empty() || unkeptAt_ > steadyNow()) return;
        due.swap(unkept_);
    }
    for (Event& event : due) {
        if (call(event).ok()) continue;
        const std::scoped_lock lock(mutex_);
        unkept_.push_back(std::move(event));
        unkeptAt_ = steadyNow() + unkeptWait;
    }
}

Result<void> WorkManager::Impl::showForeground(const std::shared_ptr<Values>& values, const ForegroundInfo& info) {
    std::optional<std::int32_t> job;
    {
        const std::scoped_lock lock(mutex_);
        if (over_) return isOverError();
        const Request* request = desk_->engine().requests().find(values->id);
        if (request != nullptr) job = request->job;
    }
    if (!STINT_TRY(ground_->showForeground(job, info))) return {};
    std::optional<std::int32_t> before = info.notificationId;
    bool goesOn = false;
    {
        const std::scoped_lock lock(mutex_);
        const auto run = running_.find(values->id);
        goesOn = run != running_.end() && run->second.values == values; // it may have ended since
        if (goesOn) before = std::exchange(run->second.foreground, info.notificationId);
        before = ifUnused(before);
    }
    if (before) ground_->endForeground(*before);
    if (!goesOn) return isOverError();
    const auto answer = call(Foregrounded{values->id, values->run});
    return answer.ok() ? Result<void>() : answer.error();
}

std::optional<std::int32_t> WorkManager::Impl::ifUnused(std::optional<std::int32_t> notification) const {
    const auto shows = [notification](const auto& one) { return one.second.foreground == notification; };
    return std::ranges::any_of(running_, shows) ? std::nullopt : notification;
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
    tellStopped(stopped);
    ground_->endTasks();
    std::unique_lock lock(mutex_);
    callEnds_.wait(lock, [this] { return calls_ == 0; });
    isGone_ = true;
}

WorkManager::Impl::Call::Call(const std::weak_ptr<Impl>& manager) : manager_(manager.lock()) {
    if (!manager_) return;
    std::unique_lock lock(manager_->mutex_);
    if (!manager_->isGone_) {
        ++manager_->calls_;
        return;
    }
    lock.unlock();
    manager_.reset(); // perhaps the last to have it
}

WorkManager::Impl::Call::~Call() {
    if (!manager_) return;
    const std::scoped_lock lock(manager_->mutex_);
    if (--manager_->calls_ == 0) manager_->callEnds_.notify_all();
}

} // namespace stint::work
