// What is known of a work request (jobs.md §10), as it was when it was asked.
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
    SUCCEEDED = 2, ///< for good; never of a periodic request
    FAILED = 3,    ///< for good, and with it all that follows it
    BLOCKED = 4,   ///< not all that it follows have succeeded
    CANCELLED = 5, ///< for good, and with it all that follows it
};
STINT_API std::string_view nameOf(State);
constexpr bool isFinished(State s) { return s == State::SUCCEEDED || s == State::FAILED || s == State::CANCELLED; }

/// Cheap to copy. May grow (decision 17).
class STINT_API WorkInfo {
public:
    using State = work::State;
    using enum work::State; ///< WorkInfo::SUCCEEDED, …

    // Beside jobs.md §4.6's numbers:
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
    /// Empty unless it is RUNNING.
    const Data& getProgress() const;
    /// How often it was begun; after a periodic run that went well, 0 again.
    std::int32_t getRunAttemptCount() const;
    /// How often it was updated.
    std::int32_t getGeneration() const;
    const Constraints& getConstraints() const;
    Duration getInitialDelay() const;
    std::optional<PeriodicityInfo> getPeriodicityInfo() const;
    /// Not before, by the wall clock; nullopt unless it is ENQUEUED.
    std::optional<WallTime> getNextScheduleTime() const;
    /// Why its last run was stopped: a StopReason's number, or one of the three above.
    std::int32_t getStopReason() const;

    // Ours: what `stint work` shows.
    /// What it follows, finished or not.
    const std::set<UUID>& getPrerequisites() const;
    /// Empty where it has none.
    const std::string& getUniqueWorkName() const;
    bool isExpedited() const;
    /// The job at the scheduler that backs it (namespace "stint.work"); nullopt where it waits in the file alone.
    std::optional<std::int32_t> getJobId() const;
    /// One line for a person, where it ended without its worker's word; else empty.
    const std::string& getReason() const;

private:
    friend struct WorkInfoAccess;
    struct Parts;
    std::shared_ptr<const Parts> parts_;
};

} // namespace stint::work
