// Every number of jobs.md §0 (and of limits.md §11 where it names the same one), under its name there. A policy file
// may override each (architecture.md, store); nothing else in the house holds a number of the spec.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time/time.hpp"
#include "contract/model/network_budget.hpp"
#include "stint/job_info.hpp"

namespace stint {

struct Constants {
    static constexpr Duration none{-1}; ///< a limit that is not set
    static constexpr std::int64_t android16 = 0;
    static constexpr std::int64_t android15 = 1;
    static constexpr std::int64_t predictorFrequency = 1; ///< of bucket.predictor; 0 is none

    // JobInfo (jobs.md §1). What the public header names stands there.
    Duration minPeriod = JobInfo::MIN_PERIOD;
    Duration minFlex = JobInfo::MIN_FLEX;
    std::int64_t minFlexPercent = JobInfo::MIN_FLEX_PERCENT;
    Duration defaultBackoff = JobInfo::DEFAULT_INITIAL_BACKOFF;
    std::int64_t defaultBackoffPolicy = JobInfo::BACKOFF_POLICY_EXPONENTIAL;
    Duration minBackoff = JobInfo::MIN_BACKOFF;
    Duration minTimeWindow = 15min;
    std::int64_t contentDirectories = 8192;
    Duration contentTriggerUpdateDelay = JobInfo::DEFAULT_TRIGGER_UPDATE_DELAY;
    Duration contentTriggerMaxDelay = JobInfo::DEFAULT_TRIGGER_MAX_DELAY;
    Duration minContentTriggerUpdateDelay = JobInfo::MIN_TRIGGER_UPDATE_DELAY;
    Duration minContentTriggerMaxDelay = JobInfo::MIN_TRIGGER_MAX_DELAY;
    // Running (jobs.md §4).
    Duration bindTimeout = 18s;
    Duration opTimeout = 8s;
    Duration notificationTimeout = 10s;
    // PROPOSAL (jobs.md §5.6): Stint's own notifications.
    bool digest = true;
    Duration digestGrace = 1h;
    Duration noticeAfter = 10s;
    std::int64_t noticesMost = 5;
    Duration stopPatience = 10s;
    Duration notificationUpdate = 1s; ///< PROPOSAL: a key of its own for linux.md §A.1
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
    std::int64_t completedHistoryOwn = 1000;
    std::int64_t logRuns = 10'000;
    Duration logAge = 720h;
    // The device's history (jobs.md §9.5).
    Duration deviceLogAge = 192h;
    std::int64_t deviceLogEntries = 20'000;
    std::int64_t deviceLogBurst = 10;
    Duration deviceLogPace = 1min;
    Duration deviceLogDelay = 5min;
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
    // Sleep (limits.md §13).
    Duration sleepGrace = 4s;
    Duration awakeStall = 2min;
    Duration awakeOnBattery = 30min;
    std::int64_t awakeBatteryFloor = 30;
    bool wakeAlarms = true;
    Duration wakeGap = 1min;
    bool wakeWindows = false;
    Duration wakeTakes = 30s;
    // The device (limits.md §10).
    std::int64_t batteryLow = 15;
    std::int64_t batteryOkay = 20;
    Duration idleThreshold = 31min;
    std::int64_t storageLowPercent = 5;
    Bytes storageLowBytes = 500_MiB;
    Duration storageCheck = 1min; ///< PROPOSAL: how often free space is read while a job waits for it

    // The version of the limits (limits.md §1.5).
    std::int64_t policyVersion = android16;
    bool legacyQuotaConstants = false;
    Duration android15DailyCap = none;
    bool legacyFgsJobsFree = false;
    Duration android15ActiveEjLimit = none;
    bool legacyTopStartedJobsFree = false;
    // Quota of regular jobs (limits.md §3.2): allowance, window, job starts and sessions of each bucket.
    Duration quotaAllowedExempted = 20min;
    Duration quotaAllowedActive = 20min;
    Duration quotaAllowedWorking = 10min;
    Duration quotaAllowedFrequent = 10min;
    Duration quotaAllowedRare = 10min;
    Duration quotaAllowedRestricted = 10min;
    Duration quotaWindowExempted = 40min;
    Duration quotaWindowActive = 1h;
    Duration quotaWindowWorking = 4h;
    Duration quotaWindowFrequent = 12h;
    Duration quotaWindowRare = 24h;
    Duration quotaWindowRestricted = 24h;
    std::int64_t quotaMaxJobsExempted = 75;
    std::int64_t quotaMaxJobsActive = 75;
    std::int64_t quotaMaxJobsWorking = 120;
    std::int64_t quotaMaxJobsFrequent = 200;
    std::int64_t quotaMaxJobsRare = 48;
    std::int64_t quotaMaxJobsRestricted = 10;
    std::int64_t quotaMaxSessionsExempted = 75;
    std::int64_t quotaMaxSessionsActive = 75;
    std::int64_t quotaMaxSessionsWorking = 10;
    std::int64_t quotaMaxSessionsFrequent = 8;
    std::int64_t quotaMaxSessionsRare = 3;
    std::int64_t quotaMaxSessionsRestricted = 1;
    Duration quotaMaxExecution24h = 4h;
    Duration quotaBuffer = 30s;
    Duration quotaRateWindow = 1min;
    std::int64_t quotaRateMaxJobs = 20;
    std::int64_t quotaRateMaxSessions = 20;
    Duration quotaCoalesce = 5s;
    Duration quotaStopTolerance = 50ms;
    Duration quotaCheckMinDelay = 0min;
    Duration quotaHistory = 24h;
    Duration quotaInstallerExtra = 20min;
    bool persistQuota = false;
    // Expedited quota (limits.md §4).
    Duration ejLimitExempted = 60min;
    Duration ejLimitActive = 30min;
    Duration ejLimitWorking = 15min;
    Duration ejLimitFrequent = 10min;
    Duration ejLimitRare = 10min;
    Duration ejLimitRestricted = 5min;
    Duration ejWindow = 24h;
    Duration ejTopChunk = 5min;
    Duration ejRewardTop = 10s;
    Duration ejRewardInteraction = 5s;
    Duration ejRewardNotificationSeen = 0s;
    Duration ejGraceTop = 1min;
    Duration ejGraceAllowlist = 3min;
    Duration ejInstallerExtra = 30min;
    bool activeUidUsesActiveBucket = false;
    // Standby buckets (limits.md §2).
    Duration bucketElapsedWorking = 12h;
    Duration bucketElapsedFrequent = 24h;
    Duration bucketElapsedRare = 48h;
    Duration bucketElapsedRestricted = 24h * 8;
    Duration bucketScreenWorking = 0h;
    Duration bucketScreenFrequent = 1h;
    Duration bucketScreenRare = 2h;
    Duration bucketScreenRestricted = 6h;
    Duration bucketCheckInterval = 3h;
    Duration bucketHoldStrongUsage = 5min;
    Duration bucketHoldSystemInteraction = 10min;
    Duration bucketHoldNotificationSeen = 12h;
    Duration bucketHoldSlicePinned = 2h;
    Duration bucketHoldSyncAdapter = 2h;
    Duration bucketHoldExemptedSync = 10min;
    Duration bucketHoldExemptedSyncDozing = 4h;
    Duration bucketHoldExemptedSyncStart = 10min;
    Duration bucketHoldUnexemptedSync = 10min;
    Duration bucketHoldInitialFgs = 30min;
    Duration bucketHoldSystemUpdate = 2h;
    Duration bucketPredictionTimeout = 12h;
    Duration bucketAutoRestrictDelay = 1h;
    bool bucketCrossProfile = true;
    std::int64_t bucketPredictor = 0;
    std::int64_t bucketFrequencyDays = 14;
    std::int64_t bucketFrequencyWorking = 10;
    std::int64_t bucketFrequencyFrequent = 4;
    // Doze (limits.md §6).
    Duration dozeInactive = 30min;
    Duration dozeAfterMotion = 10min;
    Duration dozeIdleAfterInactive = 30min;
    Duration dozeSensing = 4min;
    Duration dozeLocating = 30s;
    Duration dozeIdle = 1h;
    Duration dozeIdleMax = 6h;
    Duration dozeMaintenance = 5min;
    Duration dozeMaintenanceMax = 10min;
    Duration dozeMinDeepMaintenance = 30s;
    Duration dozeMinLightMaintenance = 5s;
    Duration dozeQuickDelay = 1min;
    Duration dozeLightAfterInactive = 4min;
    Duration dozeLightIdle = 5min;
    Duration dozeLightIdleMax = 15min;
    Duration dozeLightBudgetMin = 1min;
    Duration dozeLightBudgetMax = 5min;
    Duration dozeMinTimeToAlarm = 1h;
    Duration dozeFlex = 0min;
    Duration dozeBackgroundJobsDelay = 3s;
    std::int64_t dozeAccuracy = 20;
    bool dozeWaitForUnlock = true;
    std::int64_t dozeIdleFactor = 200;
    std::int64_t dozeMaintenanceFactor = 200;
    bool dozeDeepEnabled = true; ///< PROPOSAL: what `cmd deviceidle disable deep` turns off
    std::int64_t dozeLightIdleFactor = 200;
    bool dozeLightEnabled = true;
    // The temporary allowlist (limits.md §6.6).
    Duration allowlistMax = 5min;
    Duration allowlistMms = 1min;
    Duration allowlistSms = 20s;
    Duration allowlistNotification = 30s;
    // Alarms (limits.md §7).
    Duration alarmWhileIdleAllowlist = 10s;
    std::int64_t alarmQuotaActive = none.count();
    std::int64_t alarmQuotaWorking = 10;
    std::int64_t alarmQuotaFrequent = 2;
    std::int64_t alarmQuotaRare = 1;
    std::int64_t alarmQuotaNever = 0;
    std::int64_t alarmQuotaRestricted = 1;
    Duration alarmRestrictedWindow = 24h;
    std::int64_t alarmWhileIdleQuota = 7;
    Duration alarmWhileIdleWindow = 1h;
    std::int64_t alarmWhileIdleExactQuota = 7;
    Duration alarmPriorityDelay = 9min;
    Duration alarmMinFuturity = 5s;
    Duration alarmMinInterval = 1min;
    Duration alarmMaxInterval = 24h * 365;
    Duration alarmMinWindow = 10min;
    Duration alarmMaxWindow = 24h;
    std::int64_t alarmHeuristicFactor = 75;
    Duration alarmHeuristicCap = 1h;
    Duration alarmMinFuzzable = 10s;
    std::int64_t alarmMaxPerApp = 500;
    Duration alarmListenerTimeout = 5s;
    Duration alarmIdleFuzzMin = 2min;
    Duration alarmIdleFuzzMax = 15min;
    // Power, states of apps, messages, network (limits.md §8 to §10).
    std::int64_t chargingEnforceLevel = 90;
    Duration chargingDelay = 15min;
    std::int64_t chargingAdaptiveLevel = 70;
    Duration idleSlop = 0min;
    Duration backgroundSettle = 1min;
    Duration pushWindow = 24h * 7;
    std::int64_t pushMinMessages = 10;
    std::int64_t pushMinRatio = 50;
    Duration pushMatch = 2min;
    Duration pushHighAllowlist = 20s;
    std::int64_t pushMaxWaiting = 100; ///< PROPOSAL: an app that is never awake cannot fill the disk; FCM's number
    std::int64_t backgroundNetworkCutoffMs = none.count();
    // What background work gets of the machine, where cgroups hold it (limits.md §13).
    std::int64_t backgroundCpuWeight = 20;
    std::int64_t backgroundCpuQuota = none.count();
    Bytes backgroundMemoryMax = none.count();
    std::int64_t backgroundTasksMax = none.count();
    // Budgets of bytes (limits.md §14). What they are is no single value, so no row.
    std::int64_t budgetRate = 100'000;
    Duration budgetLook = 1s;
    std::vector<NetworkBudget> networkBudgets;

    bool operator==(const Constants&) const = default;
};

/// How the text of a constant is written. A factor is kept in hundredths.
/// A choice is kept as the place of its name among those of its row; where nothing is allowed the text is "none".
enum class ConstantKind : std::uint8_t {
    Time,
    Number,
    Size,
    Factor,
    Flag,
    Choice,
    TimeOrNone,
    NumberOrNone,
    SizeOrNone
};

/// One constant as a policy file sees it: `key` ("job.bind_timeout"), where it is kept, and its range (inclusive; in
/// milliseconds, bytes or hundredths as its kind has it).
struct ConstantRow {
    std::string_view key;
    std::variant<Duration Constants::*, std::int64_t Constants::*, bool Constants::*> field;
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::string_view meaning;
    ConstantKind kind = ConstantKind::Number;
    std::span<const std::string_view> choices{}; ///< of a Choice
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
