// Tests of an app's workers and of its use of WorkManager, without stintd, in milliseconds (jobs.md §10). Link
// libstint-work-testing (stint::work-testing) to the tests alone.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "stint/export.hpp"
#include "stint/reasons.hpp"
#include "stint/work/work_manager.hpp"

namespace stint::work::testing {

/// The values of a worker that is made for a test; TestListenableWorkerBuilder has its functions.
class STINT_API TestWorkerParameters {
public:
    TestWorkerParameters();
    WorkerParameters build() const;

    UUID id = UUID::randomUUID();
    Data inputData;
    std::set<std::string> tags;
    std::int32_t runAttemptCount = 0;
    std::vector<std::string> triggeredContentUris;
    std::vector<std::string> triggeredContentAuthorities;
    std::optional<Network> network;
    /// In place of what is durable, and of what is shown; by default nothing is done.
    std::function<stint::Result<void>(Data)> progressUpdater;
    std::function<stint::Result<void>(const ForegroundInfo&)> foregroundUpdater;
};

/// Makes a worker alone, as a WorkManager would for a run.
template <class Derived> class TestListenableWorkerBuilder {
public:
    TestListenableWorkerBuilder& setId(UUID id) { return params_.id = id, *this; }
    TestListenableWorkerBuilder& setInputData(Data input) { return params_.inputData = std::move(input), *this; }
    TestListenableWorkerBuilder& setTags(std::set<std::string> tags) { return params_.tags = std::move(tags), *this; }
    TestListenableWorkerBuilder& setRunAttemptCount(std::int32_t count) {
        return params_.runAttemptCount = count, *this;
    }
    TestListenableWorkerBuilder& setTriggeredContentUris(std::vector<std::string> uris) {
        return params_.triggeredContentUris = std::move(uris), *this;
    }
    TestListenableWorkerBuilder& setTriggeredContentAuthorities(std::vector<std::string> authorities) {
        return params_.triggeredContentAuthorities = std::move(authorities), *this;
    }
    TestListenableWorkerBuilder& setNetwork(Network network) { return params_.network = std::move(network), *this; }
    TestListenableWorkerBuilder& setProgressUpdater(std::function<stint::Result<void>(Data)> updater) {
        return params_.progressUpdater = std::move(updater), *this;
    }
    TestListenableWorkerBuilder&
    setForegroundUpdater(std::function<stint::Result<void>(const ForegroundInfo&)> updater) {
        return params_.foregroundUpdater = std::move(updater), *this;
    }

    /// `more`: what the worker's constructor takes besides its parameters.
    template <class... More> std::unique_ptr<Derived> build(More&&... more) const {
        return std::make_unique<Derived>(params_.build(), std::forward<More>(more)...);
    }

private:
    TestWorkerParameters params_;
};

/// The same, for a Worker.
template <class Derived> using TestWorkerBuilder = TestListenableWorkerBuilder<Derived>;

/// Begins the work, and blocks until it has ended. What it throws is thrown here. IllegalState if it has not ended
/// after `longest`, or let go of its completer.
STINT_API stint::Result<ListenableWorker::Result> startWork(ListenableWorker& worker,
                                                            Duration longest = std::chrono::seconds(10));
/// Tells the worker to stop, in this thread.
STINT_API void stop(ListenableWorker& worker, StopReason reason);

class TestGround;

/// Says when what a request waits for is met. Each of its calls does all that it makes possible before it returns.
class STINT_API TestDriver {
public:
    // IllegalArgument for an unknown request.

    /// Lets its next run begin whatever it requires.
    stint::Result<void> setAllConstraintsMet(UUID id);
    /// Lets its first run begin before its initial delay is over.
    stint::Result<void> setInitialDelayMet(UUID id);
    /// Lets the next run of periodic work begin before its time. IllegalArgument for one-time work.
    stint::Result<void> setPeriodDelayMet(UUID id);
    /// Stops its worker as the system would; it is not begun again before 30 s. Does nothing where none is at work.
    stint::Result<void> stopRunningWorkWithReason(UUID id, StopReason reason);

    /// The clock, which stands still but for advance(); delays and back-offs that are over then are over.
    WallTime now() const;
    void advance(Duration time);

private:
    friend class WorkManagerTestInitHelper;
    TestDriver(WorkManager& manager, TestGround& ground) : manager_(&manager), ground_(&ground) {}
    stint::Result<WorkInfo> find(UUID id);
    WorkManager* manager_;
    TestGround* ground_;
};

/// A WorkManager whose requests are in memory, and whose workers run in the thread that makes them possible: a request
/// that waits for nothing has run when enqueue() returns. Work that waits, waits for the driver. The app is not
/// visible.
class STINT_API WorkManagerTestInitHelper {
public:
    static stint::Result<WorkManagerTestInitHelper> initializeTestWorkManager(const Configuration& configuration);

    WorkManager& getWorkManager() { return *manager_; }
    TestDriver& getTestDriver() { return driver_; }

private:
    WorkManagerTestInitHelper(std::unique_ptr<WorkManager> manager, TestGround& ground)
        : manager_(std::move(manager)), driver_(*manager_, ground) {}
    std::unique_ptr<WorkManager> manager_;
    TestDriver driver_;
};

} // namespace stint::work::testing
