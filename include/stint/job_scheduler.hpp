// JobScheduler: schedules, cancels and looks up an app's jobs (jobs.md §2). A handle belongs to one namespace; the
// first one is the root. Each call blocks until the daemon has answered, and may not be made inside a callback that
// another thread dispatches.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stint/connection.hpp"
#include "stint/export.hpp"
#include "stint/job_info.hpp"
#include "stint/job_work_item.hpp"
#include "stint/reasons.hpp"
#include "stint/result.hpp"

namespace stint {

/// The reasons that kept a job waiting from a moment on (jobs.md §9.2). May grow (decision 17).
class STINT_API PendingJobReasonsInfo {
public:
    PendingJobReasonsInfo(WallTime timestamp, std::vector<PendingReason> reasons);
    WallTime getTimestamp() const;
    /// The reasons; {App} if the job became ready.
    const std::vector<PendingReason>& getPendingJobReasons() const;
    bool operator==(const PendingJobReasonsInfo&) const;

private:
    struct Values;
    std::shared_ptr<const Values> values_;
};

/// The answer of schedule() and enqueue(): one of JobScheduler::RESULT_*, with which it compares, and the reason. May
/// grow (decision 17).
class STINT_API ScheduleResult {
public:
    explicit ScheduleResult(std::int32_t result, std::string reason = {});
    operator std::int32_t() const { return result_; }
    /// The right or state that was missing for a RESULT_FAILURE, in a line for a person ("… is not visible, and holds
    /// no right …"); else empty.
    const std::string& getReason() const;

private:
    struct Values;
    std::int32_t result_;
    std::shared_ptr<const Values> values_;
};

/// A job in a list for scheduleAll(), and the jobs of that list that it waits for, by their places in it, from 0,
/// before or behind it (jobs.md §2.7, §14.1). May grow (decision 17).
class STINT_API ListedJob {
public:
    ListedJob(JobInfo job);
    /// Starts the job when the one at `place` has succeeded, that is, finished by itself with exit code 0. If that one
    /// ends otherwise, the job ends without a run.
    ListedJob& after(std::size_t place);
    /// Starts the job when the one at `place` has ended otherwise. If that one succeeds, the job is not needed, and
    /// ends without a run.
    ListedJob& afterFailure(std::size_t place);

    const JobInfo& getJob() const;
    const std::vector<std::size_t>& getAfter() const;
    const std::vector<std::size_t>& getAfterFailure() const;

private:
    struct Values;
    std::shared_ptr<const Values> values_;
};

/// It has JobScheduler::PENDING_JOB_REASON_QUOTA, ….
class STINT_API JobScheduler : public PendingReasons {
public:
    static constexpr std::int32_t RESULT_FAILURE = 0;
    static constexpr std::int32_t RESULT_SUCCESS = 1;

    /// The root namespace's handle on `connection`, which must outlive it.
    explicit JobScheduler(Connection& connection);

    /// Schedules a job; it replaces a job of the same id (§2.4). RESULT_SUCCESS: the job is durable, and survives kill
    /// -9 of the daemon. RESULT_FAILURE: it is a user-initiated job of an app that is in no allowed state, or an
    /// expedited one of an app without time for those (§2.3); nothing has changed, and getReason() says what was
    /// missing. Errors: IllegalArgument, IllegalState (151st job), Security (permission), LimitExceeded, Storage,
    /// Unavailable.
    Result<ScheduleResult> schedule(const JobInfo& job);
    /// Like schedule(), with the smallest free id of this namespace in place of the job's own; returns that id, and
    /// Errc::REFUSED with the reason in place of RESULT_FAILURE (ours: ids that callers pick concurrently replace each
    /// other's jobs).
    Result<JobId> scheduleNew(const JobInfo& job);

    /// Schedules all of `jobs`, 150 at most, or none, in one call and one commit: a daemon that is killed meanwhile has
    /// all of them or none (§2.7; ours). Each is checked as schedule() checks it; an error, and the reason of
    /// RESULT_FAILURE, names the first that is refused: "job 2 of the list: …". Further errors, each IllegalArgument:
    /// an empty list, two jobs of one id, a place outside of the list, jobs that wait for each other. The list is one
    /// message of 1 MiB at most: else Unavailable.
    ///
    ///     std::vector<ListedJob> jobs{fetch, unpack, report};
    ///     jobs[1].after(0);        // unpack, when fetch has succeeded
    ///     jobs[2].afterFailure(0); // report, when it has not
    ///     auto result = scheduler.scheduleAll(jobs);
    Result<ScheduleResult> scheduleAll(const std::vector<ListedJob>& jobs);

    /// Like schedule(), and adds an item of work. If a job with an equal JobInfo exists, running or not, it gets the
    /// item without being stopped (§2.5); else the job is replaced, and keeps the work it has. Further errors:
    /// IllegalArgument for an item of known size on a job that requires no network, IllegalState for the 100 001st item
    /// of a persisted job.
    Result<ScheduleResult> enqueue(const JobInfo& job, const JobWorkItem& work);

    /// Cancels the job of that id in this handle's namespace. An unknown id is no error (§2.1).
    Result<void> cancel(JobId id);
    /// Cancels every job of this app in this handle's namespace; the root handle spares those of other namespaces
    /// (§2.1).
    Result<void> cancelAll();
    Result<void> cancelInAllNamespaces();

    /// A handle on another namespace of the same app. The name is trimmed; IllegalArgument if it is empty or longer
    /// than 1000 characters.
    Result<JobScheduler> forNamespace(std::string name) const;
    /// nullopt on the root handle.
    const std::optional<std::string>& getNamespace() const { return namespace_; }

    /// The job of that id, waiting or running; nullopt: there is none.
    Result<std::optional<JobInfo>> getPendingJob(JobId id);
    Result<std::vector<JobInfo>> getAllPendingJobs();
    /// The app's jobs by namespace, whatever handle this is called on; "" is the root namespace.
    Result<std::map<std::string, std::vector<JobInfo>>> getPendingJobsInAllNamespaces();

    /// The reasons why the job does not run now (§9.1), never empty: InvalidJobId if there is no job of this id,
    /// Executing while it runs. The singular form returns the first of them.
    Result<std::vector<PendingReason>> getPendingJobReasons(JobId id);
    Result<PendingReason> getPendingJobReason(JobId id);
    /// Calls `callback` from dispatch(): first with getPendingJobReasons(), then at each change of these, until the job
    /// is gone (InvalidJobId; ours, §9.1). While the daemon is away nothing is told, and its next one tells how they
    /// are. One callback for each job: a later one replaces it, an empty one takes it away.
    Result<void> onPendingJobReasons(JobId id, std::function<void(const std::vector<PendingReason>& reasons)> callback);
    /// The last ten changes of these reasons since the job was scheduled or last tried, oldest first (§9.2).
    /// IllegalArgument for an unknown id.
    Result<std::vector<PendingJobReasonsInfo>> getPendingJobReasonsHistory(JobId id);

    /// True if the permission RUN_USER_INITIATED_JOBS is declared and not revoked; visibility does not count (§2.1).
    Result<bool> canRunUserInitiatedJobs();

private:
    std::string wireNamespace() const { return namespace_.value_or(""); }

    std::shared_ptr<Connection::Impl> connection_;
    std::optional<std::string> namespace_;
};

} // namespace stint
