#include "stint/work/testing.hpp"

#include <condition_variable>
#include <mutex>

#include "base/result/errors.hpp"
#include "work/manager/manager_impl.hpp"
#include "work/testing/test_ground.hpp"

namespace stint::work::testing {

TestWorkerParameters::TestWorkerParameters() = default;

WorkerParameters TestWorkerParameters::build() const {
    auto values = std::make_shared<WorkerAccess::Values>();
    values->id = id;
    values->input = inputData;
    values->tags = tags;
    values->attempts = runAttemptCount;
    values->uris = triggeredContentUris;
    values->authorities = triggeredContentAuthorities;
    values->network = network;
    values->setProgress = progressUpdater ? progressUpdater : [](const Data&) { return stint::Result<void>(); };
    values->setForeground =
        foregroundUpdater ? foregroundUpdater : [](const ForegroundInfo&) { return stint::Result<void>(); };
    return WorkerAccess::params(std::move(values));
}

namespace {

/// The end of a worker, which may come from any thread, also after nobody waits for it any more.
struct Ended {
    std::mutex mutex;
    std::condition_variable comes;
    bool hasEnded = false;
    std::optional<ListenableWorker::Result> result;
    std::exception_ptr thrown;
};

} // namespace

stint::Result<ListenableWorker::Result> startWork(ListenableWorker& worker, Duration longest) {
    const auto ended = std::make_shared<Ended>();
    worker.startWork(
        WorkerAccess::completer([ended](std::optional<ListenableWorker::Result> result, std::exception_ptr thrown) {
            const std::scoped_lock lock(ended->mutex);
            ended->hasEnded = true;
            ended->result = std::move(result);
            ended->thrown = std::move(thrown);
            ended->comes.notify_all();
        }));
    std::unique_lock lock(ended->mutex);
    if (!ended->comes.wait_for(lock, longest, [&] { return ended->hasEnded; }))
        return fail(Errc::ILLEGAL_STATE, "the worker has not ended");
    if (ended->thrown) std::rethrow_exception(ended->thrown);
    if (!ended->result) return fail(Errc::ILLEGAL_STATE, "the worker let go of its completer without a result");
    return *ended->result;
}

void stop(ListenableWorker& worker, StopReason reason) {
    WorkerAccess::stop(worker, static_cast<std::int32_t>(reason));
}

stint::Result<WorkInfo> TestDriver::find(UUID id) {
    const auto found = STINT_TRY(manager_->getWorkInfoById(id));
    if (!found) return fail(Errc::ILLEGAL_ARGUMENT, "no work of id {}", id.toString());
    return *found;
}

stint::Result<void> TestDriver::setAllConstraintsMet(UUID id) {
    STINT_TRY(find(id));
    ground_->setConstraintsMet(id);
    return {};
}

stint::Result<void> TestDriver::setInitialDelayMet(UUID id) {
    const auto info = STINT_TRY(find(id));
    if (info.getRunAttemptCount() == 0) ground_->setDelayMet(id);
    return {};
}

stint::Result<void> TestDriver::setPeriodDelayMet(UUID id) {
    const auto info = STINT_TRY(find(id));
    if (!info.getPeriodicityInfo()) return fail(Errc::ILLEGAL_ARGUMENT, "work {} is done once", id.toString());
    ground_->setDelayMet(id);
    return {};
}

stint::Result<void> TestDriver::stopRunningWorkWithReason(UUID id, StopReason reason) {
    STINT_TRY(find(id));
    ground_->stopRun(id, reason);
    return {};
}

WallTime TestDriver::now() const { return ground_->now().wall; }
void TestDriver::advance(Duration time) { ground_->advance(time); }

stint::Result<WorkManagerTestInitHelper>
WorkManagerTestInitHelper::initializeTestWorkManager(const Configuration& configuration) {
    auto ground = std::make_unique<TestGround>();
    TestGround& held = *ground;
    auto manager = STINT_TRY(ManagerAccess::open(std::move(ground), configuration));
    STINT_TRY(manager.dispatch()); // from here on its jobs may begin
    return WorkManagerTestInitHelper(std::make_unique<WorkManager>(std::move(manager)), held);
}

} // namespace stint::work::testing
