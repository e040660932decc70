// A work request, in the engine and in the store: its terms, and its state.
#pragma once
#include <optional>
#include <set>
#include <string>

#include "stint/work/work_info.hpp"
#include "work/engine/spec.hpp"

namespace stint::work {

/// A process that has the file open. Its lock ends with the process (store.hpp).
using Session = std::int64_t;

struct Request {
    Spec spec;
    std::int64_t sequence = 0; ///< in the order in which they were enqueued
    std::set<UUID> parents;    ///< the requests that it follows
    bool joins = false;        ///< these are chains that were combined: their outputs are arrays
    std::string name;          ///< its unique name; empty: none
    State state = State::ENQUEUED;
    std::int32_t generation = 0;
    std::int32_t attempts = 0; ///< the runs begun so far; for periodic work, in this period
    WallTime enqueuedAt{};
    WallTime waitsSince{}; ///< the time from which it waits: it was enqueued, unblocked, or its last run ended
    WallTime notBefore{};  ///< the earliest time of its next run
    std::optional<WallTime> windowEnd;    ///< periodic work's: the end of its present period's window, later for each
    std::optional<WallTime> nextOverride; ///< periodic work's, in place of the time that its terms give
    std::int32_t overrides = 0;           ///< how often that was set or cleared
    std::int32_t stopReason = WorkInfo::STOP_REASON_NOT_STOPPED;
    bool demoted = false; ///< refused as expedited or user-initiated: it runs as regular work
    Data output;          ///< where it SUCCEEDED or FAILED
    Data progress;        ///< while it is RUNNING, and after a stop until its next run
    std::string why;      ///< the reason, where it ended without its worker's result
    std::optional<WallTime> finishedAt;
    /// The order of its end, or of its last period's: for InputMerger::OVERWRITING the last parent's output counts,
    /// and it tells what a backup lacks.
    std::int64_t finishOrder = 0;
    std::optional<std::int32_t> job; ///< the job at the scheduler
    /// A worker of that process may be at work on it, RUNNING or about to stop: nobody else begins it.
    std::optional<Session> session;

    bool isPeriodic() const { return spec.period.has_value(); }
    bool isFinished() const { return work::isFinished(state); }
    bool isFirstPeriod() const { return isPeriodic() && finishOrder == 0; }
    /// True while it waits for its back-off, not after a stop by the system.
    bool waitsForRetry() const {
        return state == State::ENQUEUED && attempts > 0 && stopReason == WorkInfo::STOP_REASON_NOT_STOPPED;
    }
    bool isExpedited() const { return spec.expedited && !demoted; }
    bool isUserInitiated() const { return spec.userInitiated && !demoted; }

    bool operator==(const Request&) const = default;
};

struct WorkInfoAccess {
    static WorkInfo make(const Request& request);
    static bool same(const WorkInfo& a, const WorkInfo& b);
};

} // namespace stint::work
