// WorkManager: enqueues, cancels, observes and runs an app's work (jobs.md §10). A library on top of JobScheduler: its
// state is in a file of the app's own, each request that may run is backed by a job in the namespace "stint.work", and
// stintd knows nothing of it. Calls may come from any thread; callbacks come from dispatch(), workers run in threads of
// the library.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stint/connection.hpp"
#include "stint/export.hpp"
#include "stint/notification.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"
#include "stint/work/configuration.hpp"
#include "stint/work/work_continuation.hpp"
#include "stint/work/work_info.hpp"
#include "stint/work/work_query.hpp"
#include "stint/work/work_request.hpp"

namespace stint::work {

/// The effect of updateWork().
enum class UpdateResult : std::int32_t {
    NOT_APPLIED = 0, ///< the request has ended
    APPLIED_IMMEDIATELY = 1,
    APPLIED_FOR_NEXT_RUN = 2, ///< the request is running, and goes on unchanged
};

class STINT_API WorkManager {
public:
    /// Opens the app's file, and compares it with the jobs at the scheduler. A damaged file, or one of a newer version,
    /// is set aside with a notice (Configuration). `connection` must outlive the manager, and must not be dispatched
    /// once the manager is gone. Errors: Security if this process is not the app; Storage; Unavailable.
    static Result<WorkManager> open(Connection& connection, const Configuration& configuration);

    WorkManager(WorkManager&&) noexcept;
    WorkManager& operator=(WorkManager&&) noexcept;
    /// Tells the workers that run here to stop, and waits for those that have a thread of the library.
    ~WorkManager();

    // The event loop, in place of the connection's own, which is dispatched from here. No worker begins before the
    // first dispatch(): a program that only enqueues may end at once.

    /// The descriptor that is readable when dispatch() has something to do. It stays the same for the manager's life.
    int fd() const;
    /// The longest time that the loop may sleep; nullopt: until fd() is readable.
    std::optional<Duration> timeout() const;
    /// Like Connection::dispatch(): false once stintd has let go of this process. The first call hosts the service:
    /// Security if the manifest lacks it. Storage once the file was set aside, replaced or deleted, by whomever: this
    /// manager is of no use any more.
    Result<bool> dispatch();
    /// A ready event loop: dispatches until stintd lets go of this process. Returns the exit code for main: 0, or 69 if
    /// dispatch() failed.
    static int run(WorkManager& manager);

    // Requests are durable when enqueue() returns. While the scheduler cannot be reached, a request waits in the file,
    // and is handed over later. A request that is in the file already is ignored. Errors: IllegalArgument, Storage, and
    // Security if the manifest lacks a permission or service that a job needs.

    Result<void> enqueue(OneTimeWorkRequest request);
    Result<void> enqueue(std::vector<OneTimeWorkRequest> requests);
    Result<void> enqueue(PeriodicWorkRequest request);
    Result<void> enqueueUniqueWork(std::string name, ExistingWorkPolicy policy, OneTimeWorkRequest request);
    Result<void> enqueueUniqueWork(std::string name, ExistingWorkPolicy policy,
                                   std::vector<OneTimeWorkRequest> requests);
    /// IllegalArgument for UPDATE if the name is one-time work's.
    Result<void> enqueueUniquePeriodicWork(std::string name, ExistingPeriodicWorkPolicy policy,
                                           PeriodicWorkRequest request);
    WorkContinuation beginWith(OneTimeWorkRequest request);
    WorkContinuation beginWith(std::vector<OneTimeWorkRequest> requests);
    WorkContinuation beginUniqueWork(std::string name, ExistingWorkPolicy policy, OneTimeWorkRequest request);
    WorkContinuation beginUniqueWork(std::string name, ExistingWorkPolicy policy,
                                     std::vector<OneTimeWorkRequest> requests);

    /// Replaces the values of the request of the same id (setId), which keeps its enqueue time and the time from which
    /// it waits; a run under way is not stopped, and the next has the new ones. IllegalArgument for an unknown id, and
    /// for another kind of request.
    Result<UpdateResult> updateWork(OneTimeWorkRequest request);
    Result<UpdateResult> updateWork(PeriodicWorkRequest request);

    /// Cancels work, with all that follows it, also where it has ended itself; a running worker is told to stop.
    /// Unknown work is no error.
    Result<void> cancelWorkById(UUID id);
    Result<void> cancelAllWorkByTag(const std::string& tag);
    Result<void> cancelUniqueWork(const std::string& name);
    Result<void> cancelAllWork();
    /// An action for the notification of a worker (setForeground): a press on it cancels that request, as
    /// cancelWorkById() does. Its key is the library's own; an app's other actions there do nothing.
    static Notification::Action createCancelAction(UUID id, std::string label);
    /// The time of the last cancelAllWork(), in whichever process; nullopt: never.
    Result<std::optional<WallTime>> getLastCancelAllTime();
    /// Deletes all ended work that no unfinished work follows; by itself that happens a day later.
    Result<void> pruneWork();

    Result<std::optional<WorkInfo>> getWorkInfoById(UUID id);
    Result<std::vector<WorkInfo>> getWorkInfosByTag(const std::string& tag);
    Result<std::vector<WorkInfo>> getWorkInfosForUniqueWork(const std::string& name);
    /// The requests in the order in which they were enqueued.
    Result<std::vector<WorkInfo>> getWorkInfos(const WorkQuery& query);

    /// Calls `listener` from dispatch(), first with the present requests, then whenever one of them has changed,
    /// whichever process changed it. Ends when the returned Observation is destroyed.
    class Observation;
    [[nodiscard]] Observation observe(WorkQuery query, std::function<void(const std::vector<WorkInfo>&)> listener);
    /// Blocks, dispatching, until the request has ended and its observers were called. Errc::ILLEGAL_ARGUMENT for an
    /// unknown request, ILLEGAL_STATE if it has not ended after `longest`, UNAVAILABLE if stintd has let go of this
    /// process.
    Result<WorkInfo> await(UUID id, std::optional<Duration> longest = std::nullopt);

private:
    class Impl;
    friend class WorkContinuation;
    friend struct WorkContinuation::Node;
    friend struct ManagerAccess;
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
