// Worker: the code that does a request's work (jobs.md §10). Derive from it, register it with a Configuration. Each run
// of a request has a worker of its own. A Worker blocks its thread until it is done; a ListenableWorker begins
// something that ends later, and a CoroutineWorker (coroutine_worker.hpp) is a coroutine: neither holds a thread while
// it waits.
#pragma once
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "stint/export.hpp"
#include "stint/network.hpp"
#include "stint/notification.hpp"
#include "stint/result.hpp"
#include "stint/work/data.hpp"
#include "stint/work/uuid.hpp"

namespace stint::work {

/// The notification of a worker that takes long (jobs.md §5.1, §5.5).
struct ForegroundInfo {
    std::int32_t notificationId = 0;
    Notification notification;
};

/// The values that a worker is made with, by the library alone. Cheap to copy. May grow (decision 17).
class STINT_API WorkerParameters {
public:
    // Without a move: what was moved from would have no values.
    WorkerParameters(const WorkerParameters&) = default;
    WorkerParameters& operator=(const WorkerParameters&) = default;
    ~WorkerParameters() = default;

    const UUID& getId() const;
    const Data& getInputData() const;
    const std::set<std::string>& getTags() const;
    /// The number of times it was begun before: 0 in the first run.
    std::int32_t getRunAttemptCount() const;
    std::int32_t getGeneration() const;
    /// The watched paths that have changed; empty if no change began this run, or too many did to be remembered.
    const std::vector<std::string>& getTriggeredContentUris() const;
    const std::vector<std::string>& getTriggeredContentAuthorities() const;
    /// The run's network; nullopt: it requires none, or it runs while the app is visible, without a job.
    const std::optional<Network>& getNetwork() const;

private:
    friend class ListenableWorker;
    friend struct WorkerAccess;
    struct Values;
    WorkerParameters() = default;
    std::shared_ptr<Values> values_; ///< never null
};

class STINT_API ListenableWorker {
public:
    /// The answer of a worker.
    class STINT_API Result {
    public:
        /// The work is done. `output` is kept, and becomes part of the input of requests that follow.
        static Result success(Data output = {});
        /// The work can never be done, nor can the requests that follow it.
        static Result failure(Data output = {});
        /// The work cannot be done now: try again after the back-off.
        static Result retry();

        /// Empty for retry().
        const Data& getOutputData() const { return output_; }
        bool operator==(const Result&) const = default;

    private:
        friend struct WorkerAccess;
        enum class Kind : std::uint8_t { Success, Failure, Retry };
        Result(Kind kind, Data output) : kind_(kind), output_(std::move(output)) {}
        Kind kind_;
        Data output_;
    };

    /// Ends a run, once, from any thread. Cheap to copy. A run has failed when the last copy is gone and none was set.
    class STINT_API Completer {
    public:
        // Without a move, as WorkerParameters.
        Completer(const Completer&) = default;
        Completer& operator=(const Completer&) = default;
        ~Completer() = default;

        /// False where the run has ended already. The worker is destroyed some time after.
        bool set(Result result) const;
        /// The same as failure(), with what was thrown for Configuration::Builder::setWorkerExecutionExceptionHandler.
        bool setException(std::exception_ptr thrown) const;

    private:
        friend struct WorkerAccess;
        struct State;
        Completer() = default;
        std::shared_ptr<State> state_; ///< never null
    };

    explicit ListenableWorker(WorkerParameters params);
    virtual ~ListenableWorker();
    ListenableWorker(const ListenableWorker&) = delete;
    ListenableWorker& operator=(const ListenableWorker&) = delete;

    /// Begins the work, and returns soon: up to four threads of the library begin all of an app's. The run goes on
    /// until `completer` is set, also once it is stopped. An exception counts as failure(). In a background job it has
    /// 10 min (§4.4). It may have been begun before: do not rely on what a run that was cut off did or did not do.
    virtual void startWork(Completer completer) = 0;
    /// Called once when the work is stopped, from another thread, while it goes on. Does nothing by default.
    virtual void onStopped();

    const UUID& getId() const { return params_.getId(); }
    const Data& getInputData() const { return params_.getInputData(); }
    const std::set<std::string>& getTags() const { return params_.getTags(); }
    std::int32_t getRunAttemptCount() const { return params_.getRunAttemptCount(); }
    const std::vector<std::string>& getTriggeredContentUris() const { return params_.getTriggeredContentUris(); }
    const std::vector<std::string>& getTriggeredContentAuthorities() const {
        return params_.getTriggeredContentAuthorities();
    }
    const std::optional<Network>& getNetwork() const { return params_.getNetwork(); }
    const WorkerParameters& getParameters() const { return params_; }

    // For the work, in any thread of it.

    /// True once the work is stopped: end it soon. The answer is ignored then, and the request runs again later, or
    /// never.
    bool isStopped() const;
    /// The same for code that waits: a condition variable, or a library that is to be interrupted.
    std::stop_token getStopToken() const;
    /// The number of the StopReason; WorkInfo::STOP_REASON_NOT_STOPPED while it is not stopped.
    std::int32_t getStopReason() const;
    /// Sets the progress that observers see (WorkInfo::getProgress); durable when it returns. IllegalState for a run
    /// that is over.
    stint::Result<void> setProgress(Data progress);
    /// Shows a notification for work that takes long, which then goes on when its job must stop for its time or quota,
    /// and stops when a constraint is lost: begins the foreground service of the Configuration, or fails with
    /// "ForegroundServiceStartNotAllowed" if the app may not (§5.5). For user-initiated work, shows its job's
    /// notification.
    stint::Result<void> setForeground(const ForegroundInfo& info);

private:
    friend struct WorkerAccess;
    WorkerParameters params_;
};

class STINT_API Worker : public ListenableWorker {
public:
    using ListenableWorker::ListenableWorker;
    ~Worker() override;

    /// Does all of the work in a thread that is its own, and returns.
    virtual Result doWork() = 0;
    /// Does the work in the thread that calls it.
    void startWork(Completer completer) final;
};

} // namespace stint::work
