// Why a job was stopped and why one waits: numbers and names every app can see, never renumbered
// (jobs.md §4.6, §9.1, §12.11).
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "stint/export.hpp"

namespace stint {

enum class StopReason : std::int32_t {
    Undefined = 0,
    CancelledByApp = 1,
    Preempt = 2,
    Timeout = 3,
    DeviceState = 4,
    ConstraintBatteryNotLow = 5,
    ConstraintCharging = 6,
    ConstraintConnectivity = 7,
    ConstraintDeviceIdle = 8,
    ConstraintStorageNotLow = 9,
    Quota = 10,
    BackgroundRestriction = 11,
    AppStandby = 12,
    User = 13,
    SystemProcessing = 14,
    EstimatedAppLaunchTimeChanged = 15,
    TimeoutAbandoned = 16,
};

enum class PendingReason : std::int32_t {
    InvalidJobId = -2,
    Executing = -1,
    Undefined = 0,
    App = 1,
    AppStandby = 2,
    BackgroundRestriction = 3,
    ConstraintBatteryNotLow = 4,
    ConstraintCharging = 5,
    ConstraintConnectivity = 6,
    ConstraintContentTrigger = 7,
    ConstraintDeviceIdle = 8,
    ConstraintMinimumLatency = 9,
    ConstraintPrefetch = 10,
    ConstraintStorageNotLow = 11,
    DeviceState = 12,
    JobSchedulerOptimization = 13,
    Quota = 14,
    User = 15,
    ConstraintDeadline = 16,
};

/// The documentation's names: "CONSTRAINT_CONNECTIVITY". An unknown number is "UNDEFINED".
STINT_API std::string_view nameOf(StopReason);
STINT_API std::string_view nameOf(PendingReason);

} // namespace stint
