// The runs of this process, as the library knows them (jobs.md §4.1, §4.2): their parameters, their items of work, and
// the handle that all copies of a run's JobParameters in the app share; and its reports of bytes, which reach the
// daemon at a bounded rate.
#pragma once
#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "base/time/time.hpp"
#include "contract/model/job.hpp"
#include "link/wire/codec.hpp"
#include "stint/connection.hpp"
#include "stint/job_parameters.hpp"
#include "stint/job_work_item.hpp"

namespace stint::client {

struct ByteCounts {
    Bytes download = NETWORK_BYTES_UNKNOWN;
    Bytes upload = NETWORK_BYTES_UNKNOWN;

    bool operator==(const ByteCounts&) const = default;
};

/// Reports of bytes, which an app may make at any rate, and which reach the daemon at a bounded one: only the newest
/// unsent report matters (jobs.md §4.7: each replaces the numbers before it). Pure: the time is a parameter.
class Throttle {
public:
    /// The least time between two messages of one kind for one run.
    static constexpr Duration pause = 200ms;

    /// Replaces a report that is noted and not sent yet.
    void note(ByteCounts newest);
    /// The report to send at `now`, counted as sent; nullopt while the pause lasts or where there is nothing new.
    std::optional<ByteCounts> take(Instant now);
    /// The unsent report, pause or not: for the end of the run.
    std::optional<ByteCounts> takeRest();
    /// The time from which take() has something to return.
    std::optional<Instant> dueAt() const;

private:
    std::optional<ByteCounts> unsent_;
    std::optional<ByteCounts> sent_;
    Instant open_ = Instant::min(); ///< the pause ends here
};

} // namespace stint::client

namespace stint {

class JobService;

namespace client {

/// Each daemon counts its runs from the start: a late report on a run of the last daemon must not hit a run of the
/// next.
struct RunKey {
    std::uint64_t connection = 0;
    std::uint64_t run = 0;
    auto operator<=>(const RunKey&) const = default;
};

/// The arguments of jobFinished().
struct Finish {
    bool wantsReschedule = false;
    Outcome outcome;
};

struct RunHandle;

/// The part of a run's notification that the daemon may refuse: with it unchanged, an update is certainly accepted.
struct ShownAs {
    std::int32_t id = 0;
    std::string channel;
    std::string icon;
    std::vector<Notification::Action> actions;
    JobEndNotificationPolicy endPolicy = JOB_END_NOTIFICATION_POLICY_DETACH;

    bool operator==(const ShownAs&) const = default;
};

/// The reports of bytes of a run, or of one item of its work (jobs.md §4.7).
struct Reports {
    Throttle estimated;
    Throttle transferred;

    /// The time at which one of them has something to send; max: neither.
    Instant dueAt() const {
        return std::min(estimated.dueAt().value_or(Instant::max()), transferred.dueAt().value_or(Instant::max()));
    }
};

struct Run {
    enum class State {
        Starting,  ///< onStartJob has not returned, or its answer is not sent
        Executing, ///< it answered true
        Stopping,  ///< onStopJob has not returned
    };

    JobService* service = nullptr;
    JobParameters params;            ///< without a handle: the library's copy keeps no run from being abandoned
    std::weak_ptr<RunHandle> handle; ///< shared by the copies that the app holds
    bool abandoned = false;          ///< the app held no copy any more, and the daemon knows
    std::set<std::uint64_t> working; ///< items that were dequeued and not completed
    State state = State::Starting;
    /// Called before onStartJob had answered; sent after the answer, the order that the daemon knows (jobs.md §4.2).
    std::optional<Finish> finish;
    std::optional<ShownAs> shown;        ///< its notification, as the daemon has accepted it
    Instant updateOpen = Instant::min(); ///< from here on an update of it is not waited for
    Reports reports;
    std::map<std::uint64_t, Reports> items; ///< of items with reports that are not completed
};

using Runs = std::map<RunKey, Run>;

} // namespace client

/// Builds a JobParameters, which an app can only read.
struct JobParametersAccess {
    static JobParameters make(client::RunKey key, wire::RunParameters from);
    static client::RunKey keyOf(const JobParameters& params);
    static JobParameters withHandle(JobParameters params, std::shared_ptr<client::RunHandle> handle) {
        params.handle_ = std::move(handle);
        return params;
    }
    // Copies that the app already holds stay as they are.
    static void setNetwork(JobParameters& params, wire::NetworkChange change);
    static void setStopReason(JobParameters& params, StopReason reason);
};

struct JobWorkItemAccess {
    static JobWorkItem itemOf(WorkItem work);
    static const WorkItem& workOf(const JobWorkItem& item);
};

} // namespace stint

namespace stint::client {

/// The handle that all copies of a run's JobParameters in the app share. It ends with the last of them: from then on
/// the app cannot finish the run any more (jobs.md §4.2, abandoned).
struct RunHandle {
    RunHandle(std::weak_ptr<Connection::Impl> where, RunKey which) : connection(std::move(where)), key(which) {}
    /// May run in any thread, at any time, also while that very connection is locked: it only notes the loss there.
    ~RunHandle();
    RunHandle(const RunHandle&) = delete;
    RunHandle& operator=(const RunHandle&) = delete;

    Result<std::optional<JobWorkItem>> dequeueWork() const;
    Result<void> completeWork(const JobWorkItem& item) const;

    const std::weak_ptr<Connection::Impl> connection;
    const RunKey key;
};

} // namespace stint::client
