// A work request as the engine keeps it, and the store beside it: what was said, and what has become of it.
#pragma once
#include <optional>
#include <set>
#include <string>

#include "stint/work/work_info.hpp"
#include "work/engine/spec.hpp"

namespace stint::work {

/// A process that has the file open. Its lock ends with it (store.hpp).
using Session = std::int64_t;

struct Request {
    Spec spec;
    std::int64_t sequence = 0; ///< in the order in which they were enqueued
    std::set<UUID> parents;    ///< what it follows
    std::string name;          ///< its unique name; empty: none
    State state = State::ENQUEUED;
    std::int32_t generation = 0;
    std::int32_t attempts = 0; ///< begun so often; of periodic work, in this period
    WallTime enqueuedAt{};
    WallTime notBefore{};              ///< of its next run
    std::optional<WallTime> windowEnd; ///< of the period it is in (jobs.md §6.5)
    std::int32_t stopReason = WorkInfo::STOP_REASON_NOT_STOPPED;
    bool demoted = false; ///< what it was to be, expedited or user-initiated, was refused: it runs as regular work
    Data output;          ///< where it SUCCEEDED or FAILED
    Data progress;        ///< while it is RUNNING
    std::string why;      ///< where it ended without its worker's word
    std::optional<WallTime> finishedAt;
    /// Of its end, or of its last period's: whose output counts (InputMerger::OVERWRITING), and what a backup lacks.
    std::int64_t finishOrder = 0;
    std::optional<std::int32_t> job; ///< at the scheduler
    /// A worker of that process may be at work on it, RUNNING or told to stop: nobody else begins it.
    std::optional<Session> session;

    bool isPeriodic() const { return spec.period.has_value(); }
    bool isFinished() const { return work::isFinished(state); }
    bool isExpedited() const { return spec.expedited && !demoted; }
    bool isUserInitiated() const { return spec.userInitiated && !demoted; }

    bool operator==(const Request&) const = default;
};

struct WorkInfoAccess {
    static WorkInfo make(const Request& request);
    static bool same(const WorkInfo& a, const WorkInfo& b);
};

} // namespace stint::work
