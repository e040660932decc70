#include "contract/model/reasons.hpp"

#include <algorithm>
#include <array>

namespace stint {
namespace {

constexpr std::string_view anyMoment = "a better moment";

// clang-format off
constexpr std::array pendingTable{
    PendingRow{PENDING_JOB_REASON_BACKGROUND_RESTRICTION, "BACKGROUND_RESTRICTION",
               "its app may not run in the background", "its app to be allowed in the background"},
    PendingRow{PENDING_JOB_REASON_DEVICE_STATE, "DEVICE_STATE",
               "the device's state keeps it waiting", anyMoment},
    PendingRow{PENDING_JOB_REASON_CONSTRAINT_BATTERY_NOT_LOW, "CONSTRAINT_BATTERY_NOT_LOW",
               "the battery is low", "a fuller battery"},
    PendingRow{PENDING_JOB_REASON_CONSTRAINT_CHARGING, "CONSTRAINT_CHARGING",
               "the device is not charging", "mains"},
    PendingRow{PENDING_JOB_REASON_APP_STANDBY, "APP_STANDBY",
               "its app is used too rarely", "its app to be used"},
    PendingRow{PENDING_JOB_REASON_CONSTRAINT_DEVICE_IDLE, "CONSTRAINT_DEVICE_IDLE",
               "the device is in use", "a device that nobody uses"},
    PendingRow{PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY, "CONSTRAINT_CONNECTIVITY",
               "no network that fits", "a network"},
    PendingRow{PENDING_JOB_REASON_CONSTRAINT_CONTENT_TRIGGER, "CONSTRAINT_CONTENT_TRIGGER",
               "the content it watches has not changed", "a change of what it watches"},
    PendingRow{PENDING_JOB_REASON_JOB_SCHEDULER_OPTIMIZATION, "JOB_SCHEDULER_OPTIMIZATION",
               "its turn has not come", "other jobs to run with"},
    PendingRow{PENDING_JOB_REASON_CONSTRAINT_PREFETCH, "CONSTRAINT_PREFETCH",
               "its app is not about to be used", "its app to be opened"},
    PendingRow{PENDING_JOB_REASON_CONSTRAINT_STORAGE_NOT_LOW, "CONSTRAINT_STORAGE_NOT_LOW",
               "storage is low", "free storage"},
    PendingRow{PENDING_JOB_REASON_CONSTRAINT_MINIMUM_LATENCY, "CONSTRAINT_MINIMUM_LATENCY",
               "its delay or back-off is not over", "its time"},
    PendingRow{PENDING_JOB_REASON_QUOTA, "QUOTA",
               "its app has used up its time", "its app's quota"},
    PendingRow{PENDING_JOB_REASON_CONSTRAINT_DEADLINE, "CONSTRAINT_DEADLINE",
               "its deadline has not come", "its deadline"},
    PendingRow{PENDING_JOB_REASON_USER, "USER",
               "a person keeps it waiting", "a person"},
    PendingRow{PENDING_JOB_REASON_APP, "APP",
               "its app cannot run it now", "its app"},
    PendingRow{PENDING_JOB_REASON_UNDEFINED, "UNDEFINED",
               "it is set aside", "a person to look at it"},
    PendingRow{PENDING_JOB_REASON_EXECUTING, "EXECUTING",
               "it runs", anyMoment},
    PendingRow{PENDING_JOB_REASON_INVALID_JOB_ID, "INVALID_JOB_ID",
               "there is no such job", anyMoment},
};

constexpr std::array stopTable{
    StopRow{STOP_REASON_UNDEFINED, "UNDEFINED", "its process died"},
    StopRow{STOP_REASON_CANCELLED_BY_APP, "CANCELLED_BY_APP", "cancelled"},
    StopRow{STOP_REASON_PREEMPT, "PREEMPT", "stopped for a job of its app that the user sees"},
    StopRow{STOP_REASON_TIMEOUT, "TIMEOUT", "stopped at its time limit"},
    StopRow{STOP_REASON_DEVICE_STATE, "DEVICE_STATE", "stopped because the device could not go on with it"},
    StopRow{STOP_REASON_CONSTRAINT_BATTERY_NOT_LOW, "CONSTRAINT_BATTERY_NOT_LOW", "stopped because the battery was low"},
    StopRow{STOP_REASON_CONSTRAINT_CHARGING, "CONSTRAINT_CHARGING", "stopped because the device no longer charged"},
    StopRow{STOP_REASON_CONSTRAINT_CONNECTIVITY, "CONSTRAINT_CONNECTIVITY", "stopped because its network was gone"},
    StopRow{STOP_REASON_CONSTRAINT_DEVICE_IDLE, "CONSTRAINT_DEVICE_IDLE", "stopped because the device was in use"},
    StopRow{STOP_REASON_CONSTRAINT_STORAGE_NOT_LOW, "CONSTRAINT_STORAGE_NOT_LOW", "stopped because storage was low"},
    StopRow{STOP_REASON_QUOTA, "QUOTA", "stopped because its app had used up its time"},
    StopRow{STOP_REASON_BACKGROUND_RESTRICTION, "BACKGROUND_RESTRICTION", "stopped because its app may not run in the background"},
    StopRow{STOP_REASON_APP_STANDBY, "APP_STANDBY", "stopped because its app is used too rarely"},
    StopRow{STOP_REASON_USER, "USER", "stopped by the user"},
    StopRow{STOP_REASON_SYSTEM_PROCESSING, "SYSTEM_PROCESSING", "stopped because the clock was set"},
    StopRow{STOP_REASON_ESTIMATED_APP_LAUNCH_TIME_CHANGED, "ESTIMATED_APP_LAUNCH_TIME_CHANGED", "stopped because its app is not about to be used"},
    StopRow{STOP_REASON_TIMEOUT_ABANDONED, "TIMEOUT_ABANDONED", "stopped at its time limit"},
};
// clang-format on

// The rows of a number that this version does not know: one from the wire may be any.
constexpr PendingRow unknownPending{PENDING_JOB_REASON_UNDEFINED, "UNDEFINED", "a reason this version does not know",
                                    anyMoment};
constexpr StopRow unknownStop{STOP_REASON_UNDEFINED, "UNDEFINED", "stopped"};

template <class Table, class Row> const Row& rowOf(const Table& table, const Row& unknown, auto reason) {
    const auto row = std::ranges::find(table, reason, &Row::reason);
    return row == table.end() ? unknown : *row;
}
const PendingRow& rowOf(PendingReason reason) { return rowOf(pendingTable, unknownPending, reason); }
const StopRow& rowOf(StopReason reason) { return rowOf(stopTable, unknownStop, reason); }

} // namespace

std::span<const PendingRow> pendingRows() { return pendingTable; }
std::span<const StopRow> stopRows() { return stopTable; }

int rankOf(PendingReason reason) {
    return static_cast<int>(std::ranges::find(pendingTable, reason, &PendingRow::reason) - pendingTable.begin());
}

std::string_view nameOf(PendingReason reason) { return rowOf(reason).name; }
std::string_view meaningOf(PendingReason reason) { return rowOf(reason).meaning; }
std::string_view wantOf(PendingReason reason) { return rowOf(reason).want; }

std::string_view nameOf(StopReason reason) { return rowOf(reason).name; }
std::string_view meaningOf(StopReason reason) { return rowOf(reason).meaning; }

std::string_view resultName(Errc code) {
    switch (code) {
    case Errc::ILLEGAL_ARGUMENT:
        return "IllegalArgumentException";
    case Errc::ILLEGAL_STATE:
        return "IllegalStateException";
    case Errc::SECURITY:
        return "SecurityException";
    case Errc::LIMIT_EXCEEDED:
        return "limit_exceeded";
    case Errc::REFUSED:
        return "failure";
    case Errc::STORAGE:
    case Errc::BUSY:
    case Errc::UNAVAILABLE:
    case Errc::SYSTEM:
        break;
    }
    return "error";
}

} // namespace stint
