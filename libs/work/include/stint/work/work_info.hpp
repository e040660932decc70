// WorkInfo: the state of a work request (jobs.md §10) at the time it was asked for.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "stint/export.hpp"
#include "stint/units.hpp"
#include "stint/work/constraints.hpp"
#include "stint/work/data.hpp"
#include "stint/work/uuid.hpp"

namespace stint::work {

/// The numbers are stored: they are never changed.
enum class State : std::int32_t {
    ENQUEUED = 0,  ///< it runs as soon as it may
    RUNNING = 1,   ///< one worker runs it, in one process
    SUCCEEDED = 2, ///< for good; a periodic request never has it
    FAILED = 3,    ///< for good, and with it all that follows it
    BLOCKED = 4,   ///< not all requests that it follows have succeeded
    CANCELLED = 5, ///< for good, and with it all that follows it
};
STINT_API std::string_view nameOf(State);
constexpr bool isFinished(State s) { return s == State::SUCCEEDED || s == State::FAILED || s == State::CANCELLED; }

/// Cheap to copy. May grow (decision 17).
class STINT_API WorkInfo {
public:
    using State = work::State;
    using enum work::State; ///< WorkInfo::SUCCEEDED, …

    // Stop reasons beside jobs.md §4.6's numbers.
    static constexpr std::int32_t STOP_REASON_FOREGROUND_SERVICE_TIMEOUT = -128;
    static constexpr std::int32_t STOP_REASON_NOT_STOPPED = -256;
    static constexpr std::int32_t STOP_REASON_UNKNOWN = -512; ///< its process died

    struct PeriodicityInfo {
        Duration repeatInterval{0};
        Duration flex{0};
        bool operator==(const PeriodicityInfo&) const = default;
    };

    const UUID& getId() const;
    State getState() const;
    const std::string& getWorkerClassName() const;
    const std::set<std::string>& getTags() const;
    /// Empty unless it SUCCEEDED or FAILED.
    const Data& getOutputData() const;
    /// The progress of the run under way, or of one that was stopped, until the next begins; else empty.
    const Data& getProgress() const;
    /// The number of times it was begun; 0 again after a periodic run that went well.
    std::int32_t getRunAttemptCount() const;
    /// The number of times it was updated.
    std::int32_t getGeneration() const;
    const Constraints& getConstraints() const;
    Duration getInitialDelay() const;
    std::optional<PeriodicityInfo> getPeriodicityInfo() const;
    /// The earliest time of its next run, by the wall clock; nullopt unless it is ENQUEUED.
    std::optional<WallTime> getNextScheduleTime() const;
    /// The reason why its last run was stopped: a StopReason's number, or one of the three above.
    std::int32_t getStopReason() const;

    // Ours, for `stint work`.
    /// The requests that it follows, finished or not.
    const std::set<UUID>& getPrerequisites() const;
    /// Its unique name; empty: it has none.
    const std::string& getUniqueWorkName() const;
    bool isExpedited() const;
    /// The job at the scheduler that backs it (namespace "stint.work"); nullopt: it waits in the file alone.
    std::optional<std::int32_t> getJobId() const;
    /// A line for a person if it ended without an answer of its worker; else empty.
    const std::string& getReason() const;

private:
    friend struct WorkInfoAccess;
    struct Values;
    std::shared_ptr<const Values> values_;
};

} // namespace stint::work
