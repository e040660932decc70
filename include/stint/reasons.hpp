// The reasons why a job was stopped, and why one waits: numbers and names that every app can see, never renumbered
// (jobs.md §4.6, §9.1, §12.11).
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "stint/export.hpp"

namespace stint {

enum class StopReason : std::int32_t {
    STOP_REASON_UNDEFINED = 0,
    STOP_REASON_CANCELLED_BY_APP = 1,
    STOP_REASON_PREEMPT = 2,
    STOP_REASON_TIMEOUT = 3,
    STOP_REASON_DEVICE_STATE = 4,
    STOP_REASON_CONSTRAINT_BATTERY_NOT_LOW = 5,
    STOP_REASON_CONSTRAINT_CHARGING = 6,
    STOP_REASON_CONSTRAINT_CONNECTIVITY = 7,
    STOP_REASON_CONSTRAINT_DEVICE_IDLE = 8,
    STOP_REASON_CONSTRAINT_STORAGE_NOT_LOW = 9,
    STOP_REASON_QUOTA = 10,
    STOP_REASON_BACKGROUND_RESTRICTION = 11,
    STOP_REASON_APP_STANDBY = 12,
    STOP_REASON_USER = 13,
    STOP_REASON_SYSTEM_PROCESSING = 14,
    STOP_REASON_ESTIMATED_APP_LAUNCH_TIME_CHANGED = 15,
    STOP_REASON_TIMEOUT_ABANDONED = 16,
};
/// The base of JobParameters, which has the names as its own. It stands before the namespace's `using enum`: clang
/// takes one in a later class for a repetition.
struct StopReasons {
    using enum StopReason;
};
using enum StopReason;

enum class PendingReason : std::int32_t {
    PENDING_JOB_REASON_INVALID_JOB_ID = -2,
    PENDING_JOB_REASON_EXECUTING = -1,
    PENDING_JOB_REASON_UNDEFINED = 0,
    PENDING_JOB_REASON_APP = 1,
    PENDING_JOB_REASON_APP_STANDBY = 2,
    PENDING_JOB_REASON_BACKGROUND_RESTRICTION = 3,
    PENDING_JOB_REASON_CONSTRAINT_BATTERY_NOT_LOW = 4,
    PENDING_JOB_REASON_CONSTRAINT_CHARGING = 5,
    PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY = 6,
    PENDING_JOB_REASON_CONSTRAINT_CONTENT_TRIGGER = 7,
    PENDING_JOB_REASON_CONSTRAINT_DEVICE_IDLE = 8,
    PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY = 9,
    PENDING_JOB_REASON_CONSTRAINT_PREFETCH = 10,
    PENDING_JOB_REASON_CONSTRAINT_STORAGE_NOT_LOW = 11,
    PENDING_JOB_REASON_DEVICE_STATE = 12,
    PENDING_JOB_REASON_JOB_SCHEDULER_OPTIMIZATION = 13,
    PENDING_JOB_REASON_QUOTA = 14,
    PENDING_JOB_REASON_USER = 15,
    PENDING_JOB_REASON_CONSTRAINT_DEADLINE = 16,
};
/// The base of JobScheduler, likewise.
struct PendingReasons {
    using enum PendingReason;
};
using enum PendingReason;

/// The documentation's names: "CONSTRAINT_CONNECTIVITY". An unknown number is "UNDEFINED".
STINT_API std::string_view nameOf(StopReason);
STINT_API std::string_view nameOf(PendingReason);

} // namespace stint
