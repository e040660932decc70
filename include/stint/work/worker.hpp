// Worker: where the work is done (jobs.md §10). Derive from it, register it with a Configuration. Each run of a request
// has a Worker of its own, and doWork() runs in a thread of the library's pool, beside the app's loop.
#pragma once
#include <cstdint>
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

/// What a worker that takes long shows (jobs.md §5.1, §5.5).
struct ForegroundInfo {
    std::int32_t notificationId = 0;
    Notification notification;
};

/// What a worker is made of. Cheap to copy. May grow (decision 17).
class STINT_API WorkerParameters {
public:
    const UUID& getId() const;
    const Data& getInputData() const;
    const std::set<std::string>& getTags() const;
    /// How often it was begun before: 0 in the first run.
    std::int32_t getRunAttemptCount() const;
    std::int32_t getGeneration() const;
    /// What of the watched has changed; empty where no change began this run, or too much changed to be remembered.
    const std::vector<std::string>& getTriggeredContentUris() const;
    const std::vector<std::string>& getTriggeredContentAuthorities() const;
    /// nullopt: it requires none, or it runs while the app is visible, without a job.
    const std::optional<Network>& getNetwork() const;

private:
    friend class Worker;
    friend struct WorkerAccess;
    struct Parts;
    std::shared_ptr<Parts> parts_; ///< never none
};

class STINT_API Worker {
public:
    /// What doWork() answers.
    class STINT_API Result {
    public:
        /// It is done. `output` is kept, and is part of the input of what follows.
        static Result success(Data output = {});
        /// It can never be done, and nothing that follows it will be.
        static Result failure(Data output = {});
        /// Not now: again after the back-off.
        static Result retry();

    private:
        friend struct WorkerAccess;
        enum class Kind : std::uint8_t { Success, Failure, Retry };
        Result(Kind kind, Data output) : kind_(kind), output_(std::move(output)) {}
        Kind kind_;
        Data output_;
    };

    explicit Worker(WorkerParameters params);
    virtual ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Does all of it, and returns; an exception counts as failure(). In a background job it has 10 min (§4.4). It may
    /// have been begun before: do not count on what a run that was cut off did or did not do.
    virtual Result doWork() = 0;
    /// It was stopped: called once, from another thread, while doWork() goes on. Default: nothing.
    virtual void onStopped();

    const UUID& getId() const { return params_.getId(); }
    const Data& getInputData() const { return params_.getInputData(); }
    const std::set<std::string>& getTags() const { return params_.getTags(); }
    std::int32_t getRunAttemptCount() const { return params_.getRunAttemptCount(); }
    const WorkerParameters& getParameters() const { return params_; }

    // From doWork(), in any thread of it.

    /// Return soon: what doWork() answers is of no interest any more, and the request runs again later, or never.
    bool isStopped() const;
    /// The same for what waits: a condition variable, or a library that is to be interrupted.
    std::stop_token getStopToken() const;
    /// A StopReason's number; WorkInfo::STOP_REASON_NOT_STOPPED while it is not stopped.
    std::int32_t getStopReason() const;
    /// Shown to who observes it (WorkInfo::getProgress); durable when it returns. IllegalState for a run that is over.
    stint::Result<void> setProgress(Data progress);
    /// Takes long: shows a notification, and goes on when its job must stop. Begins the foreground service of the
    /// Configuration, "ForegroundServiceStartNotAllowed" where the app may not (§5.5); of user-initiated work, shows
    /// its job's notification.
    stint::Result<void> setForeground(const ForegroundInfo& info);

private:
    friend struct WorkerAccess;
    WorkerParameters params_;
};

} // namespace stint::work
