#include "stint/reasons.hpp"

namespace stint {

// jobs.md §4.6, public codes. A number from the wire may be none of them, hence the answer after each switch.
std::string_view nameOf(StopReason reason) {
    switch (reason) {
    case StopReason::Undefined:
        return "UNDEFINED";
    case StopReason::CancelledByApp:
        return "CANCELLED_BY_APP";
    case StopReason::Preempt:
        return "PREEMPT";
    case StopReason::Timeout:
        return "TIMEOUT";
    case StopReason::DeviceState:
        return "DEVICE_STATE";
    case StopReason::ConstraintBatteryNotLow:
        return "CONSTRAINT_BATTERY_NOT_LOW";
    case StopReason::ConstraintCharging:
        return "CONSTRAINT_CHARGING";
    case StopReason::ConstraintConnectivity:
        return "CONSTRAINT_CONNECTIVITY";
    case StopReason::ConstraintDeviceIdle:
        return "CONSTRAINT_DEVICE_IDLE";
    case StopReason::ConstraintStorageNotLow:
        return "CONSTRAINT_STORAGE_NOT_LOW";
    case StopReason::Quota:
        return "QUOTA";
    case StopReason::BackgroundRestriction:
        return "BACKGROUND_RESTRICTION";
    case StopReason::AppStandby:
        return "APP_STANDBY";
    case StopReason::User:
        return "USER";
    case StopReason::SystemProcessing:
        return "SYSTEM_PROCESSING";
    case StopReason::EstimatedAppLaunchTimeChanged:
        return "ESTIMATED_APP_LAUNCH_TIME_CHANGED";
    case StopReason::TimeoutAbandoned:
        return "TIMEOUT_ABANDONED";
    }
    return "UNDEFINED";
}

// jobs.md §9.1.
std::string_view nameOf(PendingReason reason) {
    switch (reason) {
    case PendingReason::InvalidJobId:
        return "INVALID_JOB_ID";
    case PendingReason::Executing:
        return "EXECUTING";
    case PendingReason::Undefined:
        return "UNDEFINED";
    case PendingReason::App:
        return "APP";
    case PendingReason::AppStandby:
        return "APP_STANDBY";
    case PendingReason::BackgroundRestriction:
        return "BACKGROUND_RESTRICTION";
    case PendingReason::ConstraintBatteryNotLow:
        return "CONSTRAINT_BATTERY_NOT_LOW";
    case PendingReason::ConstraintCharging:
        return "CONSTRAINT_CHARGING";
    case PendingReason::ConstraintConnectivity:
        return "CONSTRAINT_CONNECTIVITY";
    case PendingReason::ConstraintContentTrigger:
        return "CONSTRAINT_CONTENT_TRIGGER";
    case PendingReason::ConstraintDeviceIdle:
        return "CONSTRAINT_DEVICE_IDLE";
    case PendingReason::ConstraintMinimumLatency:
        return "CONSTRAINT_MINIMUM_LATENCY";
    case PendingReason::ConstraintPrefetch:
        return "CONSTRAINT_PREFETCH";
    case PendingReason::ConstraintStorageNotLow:
        return "CONSTRAINT_STORAGE_NOT_LOW";
    case PendingReason::DeviceState:
        return "DEVICE_STATE";
    case PendingReason::JobSchedulerOptimization:
        return "JOB_SCHEDULER_OPTIMIZATION";
    case PendingReason::Quota:
        return "QUOTA";
    case PendingReason::User:
        return "USER";
    case PendingReason::ConstraintDeadline:
        return "CONSTRAINT_DEADLINE";
    }
    return "UNDEFINED";
}

} // namespace stint
