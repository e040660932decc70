// WorkManager: enqueues, cancels, observes and runs an app's work (jobs.md §10). A library on top of JobScheduler: what
// it knows lies in a file of the app's own, each request that may run is backed by a job in the namespace "stint.work",
// and stintd knows nothing of it. Calls may come from any thread; callbacks come from dispatch(), workers run in
// threads of the library.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stint/connection.hpp"
#include "stint/export.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"
#include "stint/work/configuration.hpp"
#include "stint/work/work_continuation.hpp"
#include "stint/work/work_info.hpp"
#include "stint/work/work_query.hpp"
#include "stint/work/work_request.hpp"

namespace stint::work {

/// What updateWork() did.
enum class UpdateResult : std::int32_t {
    NOT_APPLIED = 0, ///< it has ended
    APPLIED_IMMEDIATELY = 1,
    APPLIED_FOR_NEXT_RUN = 2, ///< it runs, and goes on as it was
};

class STINT_API WorkManager {
public:
    /// Opens the app's file, and compares it with the jobs at the scheduler. A damaged file, and one of a newer
    /// version, are set aside and told (Configuration). `connection` must outlive it, and is not dispatched any more
    /// once it is gone. Errors: Security where this process is not the app; Storage; Unavailable.
    static Result<WorkManager> open(Connection& connection, const Configuration& configuration);

    WorkManager(WorkManager&&) noexcept;
    WorkManager& operator=(WorkManager&&) noexcept;
    /// Tells the workers that run here to stop, and waits for them.
    ~WorkManager();

    // The loop: in place of the connection's own, which is dispatched from here. No worker begins before its first
    // turn: a program that only enqueues may end at once.

    /// Readable when dispatch() has something to do. One descriptor for good.
    int fd() const;
    /// How long the loop may sleep at most; nullopt: until fd() is readable.
    std::optional<Duration> timeout() const;
    /// As Connection::dispatch(): false once stintd has let go of this process. The first one hosts the service:
    /// Security where the manifest lacks it.
    Result<bool> dispatch();
    /// A ready loop: dispatches until stintd lets go of this process. The exit code for main: 0, or 69 where the
    /// connection broke.
    static int run(WorkManager& manager);

    // Each is durable when it returns. Where the scheduler cannot be reached, the request waits in the file, and is
    // handed over when it can. Errors: IllegalArgument, Storage, and Security where the manifest lacks what a job
    // needs.

    Result<void> enqueue(OneTimeWorkRequest request);
    Result<void> enqueue(std::vector<OneTimeWorkRequest> requests);
    Result<void> enqueue(PeriodicWorkRequest request);
    Result<void> enqueueUniqueWork(std::string name, ExistingWorkPolicy policy, OneTimeWorkRequest request);
    /// IllegalArgument for UPDATE where the name is one-time work's.
    Result<void> enqueueUniquePeriodicWork(std::string name, ExistingPeriodicWorkPolicy policy,
                                           PeriodicWorkRequest request);
    WorkContinuation beginWith(OneTimeWorkRequest request);
    WorkContinuation beginWith(std::vector<OneTimeWorkRequest> requests);
    WorkContinuation beginUniqueWork(std::string name, ExistingWorkPolicy policy,
                                     std::vector<OneTimeWorkRequest> requests);

    /// New words for the request of the same id (setId): it keeps its enqueue time and the phase of its period, and a
    /// run that goes on is not stopped. IllegalArgument for an unknown id, and for another kind of request.
    Result<UpdateResult> updateWork(OneTimeWorkRequest request);
    Result<UpdateResult> updateWork(PeriodicWorkRequest request);

    /// With all that follows it; a worker that runs is told to stop. What is unknown or has ended is silently fine.
    Result<void> cancelWorkById(UUID id);
    Result<void> cancelAllWorkByTag(const std::string& tag);
    Result<void> cancelUniqueWork(const std::string& name);
    Result<void> cancelAllWork();
    /// Forgets all that has ended and that nothing unfinished follows; by itself that happens a day later.
    Result<void> pruneWork();

    Result<std::optional<WorkInfo>> getWorkInfoById(UUID id);
    Result<std::vector<WorkInfo>> getWorkInfosByTag(const std::string& tag);
    Result<std::vector<WorkInfo>> getWorkInfosForUniqueWork(const std::string& name);
    /// In the order in which they were enqueued.
    Result<std::vector<WorkInfo>> getWorkInfos(const WorkQuery& query);

    /// Calls `told` from dispatch(), first with what there is, then whenever one of them has changed, whichever process
    /// changed it. Until the observation is let go of.
    class Observation;
    [[nodiscard]] Observation observe(WorkQuery query, std::function<void(const std::vector<WorkInfo>&)> told);
    /// Blocks, dispatching, until the request has ended, and who observes it was told; Errc::ILLEGAL_ARGUMENT for an
    /// unknown one, ILLEGAL_STATE where it has not after `longest`, UNAVAILABLE where stintd has let go of this
    /// process.
    Result<WorkInfo> await(UUID id, std::optional<Duration> longest = std::nullopt);

private:
    class Impl;
    friend class WorkContinuation;
    friend struct WorkContinuation::Node;
    explicit WorkManager(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

class STINT_API WorkManager::Observation {
public:
    Observation() = default;
    Observation(Observation&&) noexcept = default;
    Observation& operator=(Observation&&) noexcept = default;

private:
    friend class WorkManager;
    explicit Observation(std::shared_ptr<void> held) : held_(std::move(held)) {}
    std::shared_ptr<void> held_;
};

} // namespace stint::work
