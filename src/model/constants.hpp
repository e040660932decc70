// Every number of jobs.md §0 (and of limits.md §11 where it names the same one), under its name there. A policy file
// may override each (design.md, store); nothing else in the house holds a number of the spec.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/time.hpp"
#include "stint/job_info.hpp"

namespace stint {

struct Constants {
    // JobInfo (jobs.md §1). What the public header names stands there.
    Duration minPeriod = JobInfo::MIN_PERIOD;
    Duration minFlex = JobInfo::MIN_FLEX;
    std::int64_t minFlexPercent = JobInfo::MIN_FLEX_PERCENT;
    Duration defaultBackoff = JobInfo::DEFAULT_INITIAL_BACKOFF;
    std::int64_t defaultBackoffPolicy = JobInfo::BACKOFF_POLICY_EXPONENTIAL;
    Duration minBackoff = JobInfo::MIN_BACKOFF;
    Duration minTimeWindow = 15min;
    Duration contentTriggerUpdateDelay = JobInfo::DEFAULT_TRIGGER_UPDATE_DELAY;
    Duration contentTriggerMaxDelay = JobInfo::DEFAULT_TRIGGER_MAX_DELAY;
    Duration minContentTriggerUpdateDelay = JobInfo::MIN_TRIGGER_UPDATE_DELAY;
    Duration minContentTriggerMaxDelay = JobInfo::MIN_TRIGGER_MAX_DELAY;
    // Running (jobs.md §4).
    Duration bindTimeout = 18s;
    Duration opTimeout = 8s;
    Duration notificationTimeout = 10s;
    Duration durationStamp = 5min;
    Duration staleCallbackGrace = 15s; ///< a run that ended badly may still ask for its work, and gets none
    Duration minGuaranteeRegular = 10min;
    Duration minGuaranteeUi = 6h;
    Duration minGuaranteeExpedited = 3min;
    Duration maxRuntimeRegular = 30min;
    Duration maxRuntimeExpedited = 10min;
    Duration maxRuntimeUi = 12h;
    Duration uiCumulativeLimit = 24h;
    std::int64_t uiEstimatePercent = 135; ///< job.ui_estimate_factor 1.35, in hundredths: no floating point decides
    bool useDataEstimates = true;
    Duration uiDataFloor = 6h;
    // Back-off (jobs.md §6.2).
    Duration maxBackoff = 5h;
    std::int64_t abandonedBeforeAggressive = 3;
    Duration maxPeriod = std::chrono::hours{24 * 365};
    Duration periodicBuffer = 30min;
    std::int64_t systemStopToFailureRatio = 3;
    // Caps and rates (jobs.md §2.4).
    std::int64_t maxJobsPerApp = 150;
    std::int64_t scheduleRate = 250;
    Duration scheduleRateWindow = 1min;
    std::int64_t maxPersistedWorkItems = 100'000;
    std::int64_t maxNamespaceLength = 1000;
    std::int64_t completedHistory = 20;
    std::int64_t slots = 16;
    bool waitingTooLong = true;
    std::int64_t batchMinReady = 5;
    Duration batchMaxDelay = 31min;
    bool batching = false;
    Duration loadPeriod = 30min;    ///< PROPOSAL: "recent time" of jobs.md §3.5 is this period and the one before it
    Duration screenOffSettle = 30s; ///< how long after the screen went off the device still counts as interactive
    std::int64_t maxNotificationsPerApp = 50; ///< PROPOSAL: an app cannot fill the memory with what it leaves behind
    std::int64_t maxChannelsPerApp = 100;     ///< PROPOSAL: nor with the channels it creates
    // Safeguards (jobs.md §12.3).
    std::int64_t crashGuardCrashes = 3;
    Duration crashGuardWindow = 1min;
    Duration crashGuardRest = 30min;
    Duration bootSettle = 5s;
    Duration startGrant = 10s;
    Duration runWait = 7s; ///< how long the shell's `run` waits for a network that alone is missing (jobs.md §8)
    bool safeguards = true;
    std::int64_t timeoutsUserInitiated = 2;
    std::int64_t timeoutsExpedited = 5;
    std::int64_t timeoutsRegular = 3;
    std::int64_t timeoutsAll = 10;
    Duration timeoutWindow = 24h;
    std::int64_t unresponsive = 3;
    Duration unresponsiveWindow = 6h;
    // The device (limits.md §10).
    std::int64_t batteryLow = 15;
    std::int64_t batteryOkay = 20;
    Duration idleThreshold = 31min;
    std::int64_t storageLowPercent = 5;
    Bytes storageLowBytes = 500_MiB;
    Duration storageCheck = 1min; ///< PROPOSAL: how often free space is read while a job waits for it

    bool operator==(const Constants&) const = default;
};

/// How the text of a constant is written. A factor is kept in hundredths.
enum class ConstantKind : std::uint8_t { Time, Number, Size, Factor, Flag, BackoffPolicy };

/// One constant as a policy file sees it: `key` ("job.bind_timeout"), where it is kept, and its range (inclusive; in
/// milliseconds, bytes or hundredths as its kind has it).
struct ConstantRow {
    std::string_view key;
    std::variant<Duration Constants::*, std::int64_t Constants::*, bool Constants::*> field;
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::string_view meaning;
    ConstantKind kind = ConstantKind::Number;
};

/// All of them, sorted by key.
std::span<const ConstantRow> constantRows();
/// The row of `key`; IllegalArgument names the nearest known one.
Result<const ConstantRow*> constantRow(std::string_view key);

/// Sets `key` from its text ("18s", "3", "true", "1.35" for job.ui_estimate_factor). IllegalArgument names an unknown
/// key (with the nearest known one), a value of the wrong kind, or the range it leaves.
Result<void> setConstant(Constants&, std::string_view key, std::string_view text);
/// The value of `key` as setConstant takes it.
std::string constantText(const Constants&, const ConstantRow&);
/// What no single value shows: constants that contradict each other.
std::optional<Error> contradiction(const Constants&);

} // namespace stint
