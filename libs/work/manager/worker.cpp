#include "work/manager/worker.hpp"

#include "stint/work/coroutine_worker.hpp"
#include "stint/work/worker_factory.hpp"

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

using WorkResult = ListenableWorker::Result;

WorkResult WorkResult::success(Data output) { return {Kind::Success, std::move(output)}; }
WorkResult WorkResult::failure(Data output) { return {Kind::Failure, std::move(output)}; }
WorkResult WorkResult::retry() { return {Kind::Retry, {}}; }

bool ListenableWorker::Completer::set(Result result) const { return state_->finish(std::move(result), nullptr); }
bool ListenableWorker::Completer::setException(std::exception_ptr thrown) const {
    return state_->finish(std::nullopt, std::move(thrown));
}

ListenableWorker::ListenableWorker(WorkerParameters params) : params_(std::move(params)) {}
ListenableWorker::~ListenableWorker() = default;
void ListenableWorker::onStopped() {}

bool ListenableWorker::isStopped() const { return params_.values_->stop.stop_requested(); }
std::stop_token ListenableWorker::getStopToken() const { return params_.values_->stop.get_token(); }
std::int32_t ListenableWorker::getStopReason() const { return params_.values_->stopReason; }

stint::Result<void> ListenableWorker::setProgress(Data progress) {
    return params_.values_->setProgress(std::move(progress));
}
stint::Result<void> ListenableWorker::setForeground(const ForegroundInfo& info) {
    return params_.values_->setForeground(info);
}

Worker::~Worker() = default;
void Worker::startWork(Completer completer) { completer.set(doWork()); }

CoroutineWorker::~CoroutineWorker() = default;

namespace {

/// A coroutine that begins at once, and belongs to nobody.
struct Detached {
    struct promise_type {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

Detached complete(Task<ListenableWorker::Result> work, ListenableWorker::Completer completer) {
    std::exception_ptr thrown;
    try {
        completer.set(co_await work);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (thrown) completer.setException(std::move(thrown));
}

} // namespace

void CoroutineWorker::startWork(Completer completer) { complete(doWork(), std::move(completer)); }

WorkerFactory::~WorkerFactory() = default;

void DelegatingWorkerFactory::addFactory(std::shared_ptr<WorkerFactory> factory) {
    factories_.push_back(std::move(factory));
}

std::unique_ptr<ListenableWorker> DelegatingWorkerFactory::createWorker(const std::string& workerClassName,
                                                                        WorkerParameters params) {
    for (const auto& factory : factories_)
        if (auto made = factory->createWorker(workerClassName, params)) return made;
    return nullptr;
}

} // namespace stint::work
