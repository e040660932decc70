// JobScheduler: schedules, cancels and looks up an app's jobs (jobs.md §2). A handle belongs to one namespace; the
// first one is the root. Each call blocks until the daemon has answered, and may not be made inside a callback that
// another thread dispatches.
#pragma once
#include <cstddef>
#include <cstdint>
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

/// What kept a job waiting from a moment on (jobs.md §9.2). May grow (decision 17).
class STINT_API PendingJobReasonsInfo {
public:
    PendingJobReasonsInfo(WallTime timestamp, std::vector<PendingReason> reasons);
    WallTime getTimestamp() const;
    /// {App} where the job became ready.
    const std::vector<PendingReason>& getPendingJobReasons() const;
    bool operator==(const PendingJobReasonsInfo&) const;

private:
    struct Parts;
    std::shared_ptr<const Parts> parts_;
};

/// What schedule() and enqueue() answer: one of JobScheduler::RESULT_*, which it compares with, and why. May grow
/// (decision 17).
class STINT_API ScheduleResult {
public:
    explicit ScheduleResult(std::int32_t result, std::string reason = {});
    operator std::int32_t() const { return result_; }
    /// Of a RESULT_FAILURE: what was missing, a line for a person ("… is not visible, and holds no right …"). Else
    /// empty.
    const std::string& getReason() const;

private:
    struct Parts;
    std::int32_t result_;
    std::shared_ptr<const Parts> parts_;
};

/// A job of a list for scheduleAll(), and the others of that list that it waits for, by their places in it, from 0, in
/// either direction (jobs.md §2.7, §14.1). May grow (decision 17).
class STINT_API ListedJob {
public:
    ListedJob(JobInfo job);
    /// It starts when that one has succeeded: has finished by itself, with exit code 0. Where that one ends otherwise,
    /// it ends without a run.
    ListedJob& after(std::size_t place);
    /// It starts when that one has ended otherwise. Where that one succeeds, it is not needed, and ends without a run.
    ListedJob& afterFailure(std::size_t place);

    const JobInfo& getJob() const;
    const std::vector<std::size_t>& getAfter() const;
    const std::vector<std::size_t>& getAfterFailure() const;

private:
    struct Parts;
    std::shared_ptr<const Parts> parts_;
};

/// It has JobScheduler::PENDING_JOB_REASON_QUOTA, ….
class STINT_API JobScheduler : public PendingReasons {
public:
    static constexpr std::int32_t RESULT_FAILURE = 0;
    static constexpr std::int32_t RESULT_SUCCESS = 1;

    /// The root namespace's handle on `connection`, which must outlive it.
    explicit JobScheduler(Connection& connection);

    /// RESULT_SUCCESS: the job is durable, and survives kill -9 of the daemon. RESULT_FAILURE: a user-initiated job
    /// of an app that is in no allowed state, or an expedited one of an app without time for those (§2.3); its
    /// getReason() says what was missing, and nothing changed. Replaces a job of the same id (§2.4).
    /// Errors: IllegalArgument, IllegalState (151st job), Security (permission), LimitExceeded, Storage, Unavailable.
    Result<ScheduleResult> schedule(const JobInfo& job);
    /// As schedule(), with the smallest free id of this namespace in place of the job's own; answers that id, and
    /// Errc::REFUSED with the reason in place of RESULT_FAILURE (ours: ids that callers pick concurrently replace each
    /// other's jobs).
    Result<JobId> scheduleNew(const JobInfo& job);

    /// Schedules all of them, 150 at most, or none, in one call and one commit: a daemon that is killed meanwhile has
    /// all of them or none (§2.7; ours). Each is asked what schedule() asks; an error, and the reason of
    /// RESULT_FAILURE, says of the first that may not be "job 2 of the list: …". Further errors, each IllegalArgument:
    /// an empty list, two jobs of one id, a place that is none of the list, jobs that wait for each other. In one
    /// message, which is not larger than 1 MiB: else Unavailable.
    ///
    ///     std::vector<ListedJob> jobs{fetch, unpack, report};
    ///     jobs[1].after(0);        // unpack, when fetch has succeeded
    ///     jobs[2].afterFailure(0); // report, when it has not
    ///     auto result = scheduler.scheduleAll(jobs);
    Result<ScheduleResult> scheduleAll(const std::vector<ListedJob>& jobs);

    /// As schedule(), and adds an item of work; to the very job where one of an equal JobInfo is there, running or not,
    /// without a stop (§2.5). Else the job is replaced, and keeps the work it has. Further errors: IllegalArgument for
    /// an item of known size on a job that requires no network, IllegalState for the 100 001st of a persisted job.
    Result<ScheduleResult> enqueue(const JobInfo& job, const JobWorkItem& work);

    /// An unknown id is silently fine (§2.1).
    Result<void> cancel(JobId id);
    /// Every job of this app in this handle's namespace; the root handle spares the namespaces (§2.1).
    Result<void> cancelAll();
    Result<void> cancelInAllNamespaces();

    /// Another namespace of the same app: trimmed; empty or longer than 1000 characters is IllegalArgument.
    Result<JobScheduler> forNamespace(std::string name) const;
    /// nullopt on the root handle.
    const std::optional<std::string>& getNamespace() const { return namespace_; }

    /// Waiting and running jobs alike; nullopt where there is none of this id.
    Result<std::optional<JobInfo>> getPendingJob(JobId id);
    Result<std::vector<JobInfo>> getAllPendingJobs();
    /// Whatever handle it is called on. "" is the root namespace.
    Result<std::map<std::string, std::vector<JobInfo>>> getPendingJobsInAllNamespaces();

    /// Why the job does not run now (§9.1), never empty: InvalidJobId where there is none of this id, Executing while
    /// it runs. The single form is the first of the list.
    Result<std::vector<PendingReason>> getPendingJobReasons(JobId id);
    Result<PendingReason> getPendingJobReason(JobId id);
    /// How that has changed since the job was scheduled or last tried, oldest first, the last ten (§9.2).
    /// IllegalArgument for an unknown id.
    Result<std::vector<PendingJobReasonsInfo>> getPendingJobReasonsHistory(JobId id);

    /// Whether the permission RUN_USER_INITIATED_JOBS is declared and not revoked; says nothing of visibility (§2.1).
    Result<bool> canRunUserInitiatedJobs();

private:
    std::string wireNamespace() const { return namespace_.value_or(""); }

    std::shared_ptr<Connection::Impl> connection_;
    std::optional<std::string> namespace_;
};

} // namespace stint
