#include "stint/reasons.hpp"

namespace stint {

// jobs.md §4.6, public codes. A number from the wire may be none of them, hence the answer after each switch.
std::string_view nameOf(StopReason reason) {
    switch (reason) {
    case STOP_REASON_UNDEFINED:
        return "UNDEFINED";
    case STOP_REASON_CANCELLED_BY_APP:
        return "CANCELLED_BY_APP";
    case STOP_REASON_PREEMPT:
        return "PREEMPT";
    case STOP_REASON_TIMEOUT:
        return "TIMEOUT";
    case STOP_REASON_DEVICE_STATE:
        return "DEVICE_STATE";
    case STOP_REASON_CONSTRAINT_BATTERY_NOT_LOW:
        return "CONSTRAINT_BATTERY_NOT_LOW";
    case STOP_REASON_CONSTRAINT_CHARGING:
        return "CONSTRAINT_CHARGING";
    case STOP_REASON_CONSTRAINT_CONNECTIVITY:
        return "CONSTRAINT_CONNECTIVITY";
    case STOP_REASON_CONSTRAINT_DEVICE_IDLE:
        return "CONSTRAINT_DEVICE_IDLE";
    case STOP_REASON_CONSTRAINT_STORAGE_NOT_LOW:
        return "CONSTRAINT_STORAGE_NOT_LOW";
    case STOP_REASON_QUOTA:
        return "QUOTA";
    case STOP_REASON_BACKGROUND_RESTRICTION:
        return "BACKGROUND_RESTRICTION";
    case STOP_REASON_APP_STANDBY:
        return "APP_STANDBY";
    case STOP_REASON_USER:
        return "USER";
    case STOP_REASON_SYSTEM_PROCESSING:
        return "SYSTEM_PROCESSING";
    case STOP_REASON_ESTIMATED_APP_LAUNCH_TIME_CHANGED:
        return "ESTIMATED_APP_LAUNCH_TIME_CHANGED";
    case STOP_REASON_TIMEOUT_ABANDONED:
        return "TIMEOUT_ABANDONED";
    }
    return "UNDEFINED";
}

// jobs.md §9.1.
std::string_view nameOf(PendingReason reason) {
    switch (reason) {
    case PENDING_JOB_REASON_INVALID_JOB_ID:
        return "INVALID_JOB_ID";
    case PENDING_JOB_REASON_EXECUTING:
        return "EXECUTING";
    case PENDING_JOB_REASON_UNDEFINED:
        return "UNDEFINED";
    case PENDING_JOB_REASON_APP:
        return "APP";
    case PENDING_JOB_REASON_APP_STANDBY:
        return "APP_STANDBY";
    case PENDING_JOB_REASON_BACKGROUND_RESTRICTION:
        return "BACKGROUND_RESTRICTION";
    case PENDING_JOB_REASON_CONSTRAINT_BATTERY_NOT_LOW:
        return "CONSTRAINT_BATTERY_NOT_LOW";
    case PENDING_JOB_REASON_CONSTRAINT_CHARGING:
        return "CONSTRAINT_CHARGING";
    case PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY:
        return "CONSTRAINT_CONNECTIVITY";
    case PENDING_JOB_REASON_CONSTRAINT_CONTENT_TRIGGER:
        return "CONSTRAINT_CONTENT_TRIGGER";
    case PENDING_JOB_REASON_CONSTRAINT_DEVICE_IDLE:
        return "CONSTRAINT_DEVICE_IDLE";
    case PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY:
        return "CONSTRAINT_MINIMUM_LATENCY";
    case PENDING_JOB_REASON_CONSTRAINT_PREFETCH:
        return "CONSTRAINT_PREFETCH";
    case PENDING_JOB_REASON_CONSTRAINT_STORAGE_NOT_LOW:
        return "CONSTRAINT_STORAGE_NOT_LOW";
    case PENDING_JOB_REASON_DEVICE_STATE:
        return "DEVICE_STATE";
    case PENDING_JOB_REASON_JOB_SCHEDULER_OPTIMIZATION:
        return "JOB_SCHEDULER_OPTIMIZATION";
    case PENDING_JOB_REASON_QUOTA:
        return "QUOTA";
    case PENDING_JOB_REASON_USER:
        return "USER";
    case PENDING_JOB_REASON_CONSTRAINT_DEADLINE:
        return "CONSTRAINT_DEADLINE";
    }
    return "UNDEFINED";
}

} // namespace stint
