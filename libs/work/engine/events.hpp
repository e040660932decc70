// The engine's events, and their results: records, which are committed first, and effects, which are performed then.
// The daemon's turn has the same order (architecture.md, the turn).
// The ports perform them: the scheduler, and the part that runs workers. An app's are libstint and a pool of threads
// (libs/work/manager); a scenario's are the simulator's.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "stint/job_info.hpp"
#include "stint/reasons.hpp"
#include "stint/result.hpp"
#include "stint/work/work_manager.hpp"
#include "work/engine/request.hpp"

namespace stint::work {

/// A worker's run, numbered within this process: a late report of a former run is ignored.
using RunNumber = std::uint64_t;

// Events.

/// Requests of one transaction: each follows requests in it, before itself, or in the store.
struct Enqueue {
    struct Unique {
        std::string name;
        ExistingWorkPolicy policy = ExistingWorkPolicy::KEEP;
    };
    struct Node {
        Spec spec;
        std::set<UUID> parents;
        std::optional<std::size_t> unique; ///< an index of `names`
        bool joins = false;                ///< it follows chains that were combined
    };
    std::vector<Unique> names;
    std::vector<Node> nodes;
};
struct EnqueuePeriodic {
    Spec spec;
    std::string name;
    ExistingPeriodicWorkPolicy policy = ExistingPeriodicWorkPolicy::KEEP;
};
struct Update {
    Spec spec;
};
struct Cancel {
    struct All {};
    struct Tag {
        std::string tag;
    };
    struct Name {
        std::string name;
    };
    std::variant<All, UUID, Tag, Name> which;
};
struct Prune {};
/// The scheduler begins a job, or stops it.
struct JobStarted {
    std::int32_t job = 0;
    std::optional<UUID> request; ///< the request that the job's extras name
};
struct JobStopped {
    std::int32_t job = 0;
    StopReason reason = STOP_REASON_UNDEFINED;
};
/// The reasons why a job waits that WatchJob asked about: first as they are, then as they change.
struct JobWaits {
    std::int32_t job = 0;
    std::vector<PendingReason> reasons;
};
struct WorkerEnded {
    enum class Kind : std::uint8_t { Success, Failure, Retry };
    UUID request;
    RunNumber run = 0;
    Kind kind = Kind::Failure;
    Data output;
    std::string why; ///< the reason, where it is not the worker's own result
};
struct Progress {
    UUID request;
    RunNumber run = 0;
    Data data;
};
/// From now on the worker goes on when its job must stop.
struct Foregrounded {
    UUID request;
    RunNumber run = 0;
};
/// The scheduler did not take a job.
struct NotTaken {
    enum class Why : std::uint8_t {
        Now,  ///< it takes none now
        Kind, ///< not as the kind that it was to be: no quota, or nobody sees the app (§2.3)
        Job,  ///< not with what it requires, or what the app's manifest lacks
    };
    std::int32_t job = 0;
    Why why = Why::Now;
};
/// The jobs at the scheduler: at the start, and after it was away.
struct Reconcile {
    struct Pending {
        std::int32_t job = 0;
        std::optional<UUID> request;
    };
    std::vector<Pending> pending;
    std::int32_t jobsBefore = 0; ///< jobs from this number on were handed over after the scheduler was asked
    bool othersHand = false;     ///< those that are missing may be on their way, from another process
};
struct SessionsEnded {
    std::set<Session> sessions;
};
/// The end of a request, or of a period of one, in the witness's records (witness.hpp).
struct Ending {
    std::int64_t order = 0; ///< Request::finishOrder
    UUID request;
    State state = State::SUCCEEDED;
    std::optional<WallTime> windowEnd; ///< the next period of periodic work, which goes on
    WallTime notBefore{};
    Data output;
};
/// The file was restored from a backup: these requests ended since.
struct Restored {
    std::vector<Ending> endings;
};
/// Time has passed, or another process has changed the file.
struct Look {};

using Event = std::variant<Enqueue, EnqueuePeriodic, Update, Cancel, Prune, JobStarted, JobStopped, JobWaits,
                           WorkerEnded, Progress, Foregrounded, NotTaken, Reconcile, SessionsEnded, Restored, Look>;

// Records.

/// The next numbers: events of jobs that are gone may still be on their way; and what else is no request's.
struct Counters {
    std::int64_t sequence = 1;
    std::int64_t finishOrder = 1;
    std::int32_t job = 1;
    WallTime lastCancelAll{}; ///< the time of the last Cancel::All; the epoch: never
    bool operator==(const Counters&) const = default;
};
struct SaveRequest {
    Request request;
    bool fresh = false; ///< not in the store yet
};
struct DropRequest {
    UUID request;
};
using Record = std::variant<DropRequest, SaveRequest, Counters>;

// Effects, in the order in which they are to be performed: a job that takes over is handed over before the one that it
// replaces goes.

/// Schedule jobOf() the request, in place of one of that number.
struct HandOver {
    UUID request;
    std::int32_t job = 0;
};
struct TakeBack {
    std::int32_t job = 0;
};
struct StartWorker {
    UUID request;
    RunNumber run = 0;
    std::optional<std::int32_t> job; ///< the job whose parameters it gets
    /// One, the input; for a merger of the app's (Spec::ownMerger) its own first, then the outputs of what it follows.
    std::vector<Data> inputs;
};
struct StopWorker {
    UUID request;
    RunNumber run = 0;
    std::int32_t reason = 0;
};
/// The job's run is over.
struct EndJob {
    std::int32_t job = 0;
    bool again = false;
};
/// JobWaits tells what the job waits for, until it is gone.
struct WatchJob {
    std::int32_t job = 0;
};
using Effect = std::variant<HandOver, TakeBack, StartWorker, StopWorker, EndJob, WatchJob>;

struct Step {
    std::vector<Record> records;
    std::vector<Effect> effects;
    bool goesOn = false;                              ///< for JobStarted and JobStopped: the answer to the scheduler
    UpdateResult updated = UpdateResult::NOT_APPLIED; ///< for Update
    std::vector<std::string> notices;                 ///< messages for a person
};

class SchedulerPort {
public:
    virtual ~SchedulerPort() = default;
    /// False: refused as the kind that it was to be (RESULT_FAILURE, jobs.md §2.3).
    virtual Result<bool> schedule(const JobInfo& job) = 0;
    virtual Result<void> cancel(std::int32_t job) = 0;
    virtual Result<std::vector<Reconcile::Pending>> pending() = 0;
    /// The job's run is over; ignored where none goes on here.
    virtual void finish(std::int32_t job, bool again) = 0;
    /// JobWaits tells of the job from now on.
    virtual void watch(std::int32_t job) = 0;
};

class WorkersPort {
public:
    virtual ~WorkersPort() = default;
    virtual void start(const StartWorker& how, const Request& request) = 0;
    virtual void stop(const StopWorker& how) = 0;
};

} // namespace stint::work
