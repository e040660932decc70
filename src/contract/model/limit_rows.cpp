// The rows of limits.md §11, under its keys. jobs.md §0's are in constants.cpp, as those of §11 are that name the same.
#include "contract/model/constant_tables.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/result/fail.hpp"
#include "base/result/overloaded.hpp"

namespace stint {
namespace {

using namespace std::chrono_literals;
using C = Constants;

constexpr std::int64_t ms(Duration time) { return time.count(); }
constexpr std::int64_t day = ms(24h);
constexpr std::int64_t year = ms(24h * 365);
constexpr std::int64_t android16 = Constants::android16;
constexpr std::int64_t android15 = Constants::android15;
constexpr std::array<std::string_view, 2> policyVersions{"android16", "android15"};
constexpr std::array<std::string_view, 2> predictors{"none", "frequency"};

// clang-format off
constexpr std::array rows{
    ConstantRow{"active_uid_uses_active_bucket", &C::activeUidUsesActiveBucket, 0, 1, "an app that is active is judged as in the active bucket", ConstantKind::Flag},
    ConstantRow{"alarm.bucket_quota.active", &C::alarmQuotaActive, 0, many, "delivery instants in an hour: active", ConstantKind::NumberOrNone},
    ConstantRow{"alarm.bucket_quota.frequent", &C::alarmQuotaFrequent, 0, many, "delivery instants in an hour: frequent", ConstantKind::NumberOrNone},
    ConstantRow{"alarm.bucket_quota.never", &C::alarmQuotaNever, 0, many, "delivery instants in an hour: never", ConstantKind::NumberOrNone},
    ConstantRow{"alarm.bucket_quota.rare", &C::alarmQuotaRare, 0, many, "delivery instants in an hour: rare", ConstantKind::NumberOrNone},
    ConstantRow{"alarm.bucket_quota.working", &C::alarmQuotaWorking, 0, many, "delivery instants in an hour: working", ConstantKind::NumberOrNone},
    ConstantRow{"alarm.heuristic_cap", &C::alarmHeuristicCap, 0, day, "longest window of an inexact one-shot alarm", ConstantKind::Time},
    ConstantRow{"alarm.heuristic_factor", &C::alarmHeuristicFactor, 0, 100, "window of an inexact alarm as a part of its futurity", ConstantKind::Factor},
    ConstantRow{"alarm.idle_fuzz_max", &C::alarmIdleFuzzMax, 0, ms(1h), "at most", ConstantKind::Time},
    ConstantRow{"alarm.idle_fuzz_min", &C::alarmIdleFuzzMin, 0, ms(1h), "idle ends this long before an alarm clock, at least", ConstantKind::Time},
    ConstantRow{"alarm.listener_timeout", &C::alarmListenerTimeout, ms(1s), ms(10min), "until a delivery that is not answered is given up", ConstantKind::Time},
    ConstantRow{"alarm.max_interval", &C::alarmMaxInterval, ms(24h), year, "longest interval of a repeating alarm", ConstantKind::Time},
    ConstantRow{"alarm.max_per_app", &C::alarmMaxPerApp, 1, many, "pending alarms of one app", ConstantKind::Number},
    ConstantRow{"alarm.max_window", &C::alarmMaxWindow, ms(1min), year, "longest window of set_window", ConstantKind::Time},
    ConstantRow{"alarm.min_futurity", &C::alarmMinFuturity, 0, day, "nearest time an alarm may be set for", ConstantKind::Time},
    ConstantRow{"alarm.min_fuzzable", &C::alarmMinFuzzable, 0, day, "an alarm nearer than this has no window", ConstantKind::Time},
    ConstantRow{"alarm.min_interval", &C::alarmMinInterval, ms(1s), day, "shortest interval of a repeating alarm", ConstantKind::Time},
    ConstantRow{"alarm.min_window", &C::alarmMinWindow, 0, day, "shortest window of set_window", ConstantKind::Time},
    ConstantRow{"alarm.priority_delay", &C::alarmPriorityDelay, 0, day, "between prioritised alarms in Doze (no app has the right: no effect)", ConstantKind::Time},
    ConstantRow{"alarm.restricted_quota", &C::alarmQuotaRestricted, 0, many, "delivery instants in alarm.restricted_window: restricted", ConstantKind::Number},
    ConstantRow{"alarm.restricted_window", &C::alarmRestrictedWindow, ms(1min), year, "window of alarm.restricted_quota", ConstantKind::Time},
    ConstantRow{"alarm.while_idle_allowlist", &C::alarmWhileIdleAllowlist, 0, day, "grant for the delivery of a while-idle alarm or an alarm clock", ConstantKind::Time},
    ConstantRow{"alarm.while_idle_quota", &C::alarmWhileIdleQuota, 1, many, "while-idle alarms in the window, in Doze or battery saver", ConstantKind::Number},
    ConstantRow{"alarm.while_idle_window", &C::alarmWhileIdleWindow, ms(1min), day, "window of alarm.while_idle_quota", ConstantKind::Time},
    ConstantRow{"allowlist.max", &C::allowlistMax, 0, day, "longest grant", ConstantKind::Time},
    ConstantRow{"allowlist.mms", &C::allowlistMms, 0, day, "grant for an MMS", ConstantKind::Time},
    ConstantRow{"allowlist.notification", &C::allowlistNotification, 0, day, "grant for a notification action", ConstantKind::Time},
    ConstantRow{"allowlist.sms", &C::allowlistSms, 0, day, "grant for an SMS", ConstantKind::Time},
    ConstantRow{"android15_active_ej_limit", &C::android15ActiveEjLimit, ms(1min), day, "expedited limit of the active bucket under android15", ConstantKind::TimeOrNone},
    ConstantRow{"android15_daily_cap", &C::android15DailyCap, ms(1h), day, "cap over 24 h of a bucket without limit under android15", ConstantKind::TimeOrNone},
    ConstantRow{"awake.battery_floor", &C::awakeBatteryFloor, 0, 100, "percent below which no job keeps an unplugged machine awake", ConstantKind::Number},
    ConstantRow{"awake.on_battery", &C::awakeOnBattery, 0, day, "jobs keep an unplugged machine awake for so long", ConstantKind::Time},
    ConstantRow{"awake.stall", &C::awakeStall, 0, day, "a job that moves no byte for so long keeps nothing awake", ConstantKind::Time},
    ConstantRow{"background.cpu_quota", &C::backgroundCpuQuota, 1, 1'000'000, "percent of one processor that each process of background work gets at most", ConstantKind::NumberOrNone},
    ConstantRow{"background.cpu_weight", &C::backgroundCpuWeight, 1, 10'000, "share of the processors that background work gets, where others have 100", ConstantKind::Number},
    ConstantRow{"background.memory_max", &C::backgroundMemoryMax, 1 << 20, std::numeric_limits<Bytes>::max(), "memory of each process of background work, with all that it starts: beyond it they are killed", ConstantKind::SizeOrNone},
    ConstantRow{"background.tasks_max", &C::backgroundTasksMax, 1, many, "processes and threads of each process of background work", ConstantKind::NumberOrNone},
    ConstantRow{"background_network_cutoff_ms", &C::backgroundNetworkCutoffMs, 0, many, "network of a backgrounded app ends after (milliseconds)", ConstantKind::NumberOrNone},
    ConstantRow{"bucket.auto_restrict_delay", &C::bucketAutoRestrictDelay, 0, year, "how long after use by the user the system may not restrict an app", ConstantKind::Time},
    ConstantRow{"bucket.check_interval", &C::bucketCheckInterval, ms(1min), ms(24h * 30), "how often every bucket is looked at", ConstantKind::Time},
    ConstantRow{"bucket.cross_profile", &C::bucketCrossProfile, 0, 1, "use counts in connected profiles, too (one user: no effect)", ConstantKind::Flag},
    ConstantRow{"bucket.elapsed.frequent", &C::bucketElapsedFrequent, ms(1h), year, "time since the last use: frequent", ConstantKind::Time},
    ConstantRow{"bucket.elapsed.rare", &C::bucketElapsedRare, ms(2h), year, "time since the last use: rare", ConstantKind::Time},
    ConstantRow{"bucket.elapsed.restricted", &C::bucketElapsedRestricted, ms(4h), year, "time since the last use: restricted", ConstantKind::Time},
    ConstantRow{"bucket.elapsed.working", &C::bucketElapsedWorking, ms(1h), year, "time since the last use: working", ConstantKind::Time},
    ConstantRow{"bucket.frequency.days", &C::bucketFrequencyDays, 1, 366, "days that the predictor looks back", ConstantKind::Number},
    ConstantRow{"bucket.frequency.frequent", &C::bucketFrequencyFrequent, 1, 366, "days of use that make frequent", ConstantKind::Number},
    ConstantRow{"bucket.frequency.working", &C::bucketFrequencyWorking, 1, 366, "days of use that make working_set", ConstantKind::Number},
    ConstantRow{"bucket.hold.exempted_sync", &C::bucketHoldExemptedSync, 0, year, "how long a bucket holds after an exempted sync", ConstantKind::Time},
    ConstantRow{"bucket.hold.exempted_sync_dozing", &C::bucketHoldExemptedSyncDozing, 0, year, "how long a bucket holds after an exempted sync in Doze", ConstantKind::Time},
    ConstantRow{"bucket.hold.exempted_sync_start", &C::bucketHoldExemptedSyncStart, 0, year, "how long a bucket holds after the start of an exempted sync", ConstantKind::Time},
    ConstantRow{"bucket.hold.initial_fgs", &C::bucketHoldInitialFgs, 0, year, "how long a bucket holds after a foreground service of an app never used", ConstantKind::Time},
    ConstantRow{"bucket.hold.notification_seen", &C::bucketHoldNotificationSeen, 0, year, "how long a bucket holds after a notification seen", ConstantKind::Time},
    ConstantRow{"bucket.hold.slice_pinned", &C::bucketHoldSlicePinned, 0, year, "how long a bucket holds after a pinned slice", ConstantKind::Time},
    ConstantRow{"bucket.hold.strong_usage", &C::bucketHoldStrongUsage, 0, year, "how long a bucket holds after use", ConstantKind::Time},
    ConstantRow{"bucket.hold.sync_adapter", &C::bucketHoldSyncAdapter, 0, year, "how long a bucket holds after a sync adapter", ConstantKind::Time},
    ConstantRow{"bucket.hold.system_interaction", &C::bucketHoldSystemInteraction, 0, year, "how long a bucket holds after use by the system", ConstantKind::Time},
    ConstantRow{"bucket.hold.system_update", &C::bucketHoldSystemUpdate, 0, year, "how long a bucket holds after a system update", ConstantKind::Time},
    ConstantRow{"bucket.hold.unexempted_sync", &C::bucketHoldUnexemptedSync, 0, year, "how long a bucket holds after another sync of an app never used", ConstantKind::Time},
    ConstantRow{"bucket.prediction_timeout", &C::bucketPredictionTimeout, ms(1min), year, "a prediction this old is late", ConstantKind::Time},
    ConstantRow{"bucket.predictor", &C::bucketPredictor, 0, 1, "who predicts buckets", ConstantKind::Choice, predictors},
    ConstantRow{"bucket.screen.frequent", &C::bucketScreenFrequent, 0, year, "screen-on time since the last use: frequent", ConstantKind::Time},
    ConstantRow{"bucket.screen.rare", &C::bucketScreenRare, ms(30min), year, "screen-on time since the last use: rare", ConstantKind::Time},
    ConstantRow{"bucket.screen.restricted", &C::bucketScreenRestricted, ms(1h), year, "screen-on time since the last use: restricted", ConstantKind::Time},
    ConstantRow{"bucket.screen.working", &C::bucketScreenWorking, 0, year, "screen-on time since the last use: working", ConstantKind::Time},
    ConstantRow{"budget.assumed_rate", &C::budgetRate, 1, many, "kbit/s of a network that tells no rate, for when a budget is counted again", ConstantKind::Number},
    ConstantRow{"budget.look", &C::budgetLook, 1, day, "a budget is counted again after that at the soonest", ConstantKind::Time},
    ConstantRow{"charging.adaptive_level", &C::chargingAdaptiveLevel, 0, 100, "percent from which one held at a threshold counts as charging", ConstantKind::Number},
    ConstantRow{"charging.delay", &C::chargingDelay, 0, day, "a plugged battery whose level holds counts as charging after", ConstantKind::Time},
    ConstantRow{"charging.enforce_level", &C::chargingEnforceLevel, 0, 100, "percent from which a plugged battery counts as charging at once", ConstantKind::Number},
    ConstantRow{"doze.accuracy", &C::dozeAccuracy, 0, many, "metres of a location fix (Linux locates nothing: no effect)", ConstantKind::Number},
    ConstantRow{"doze.after_motion", &C::dozeAfterMotion, 1, year, "the same after motion", ConstantKind::Time},
    ConstantRow{"doze.background_jobs_delay", &C::dozeBackgroundJobsDelay, 0, ms(1h), "background jobs after idle", ConstantKind::Time},
    ConstantRow{"doze.deep_enabled", &C::dozeDeepEnabled, 0, 1, "false: only the light machine", ConstantKind::Flag},
    ConstantRow{"doze.flex", &C::dozeFlex, 0, ms(1h), "how late a timer that leads to idle may be", ConstantKind::Time},
    ConstantRow{"doze.idle", &C::dozeIdle, 1, year, "first deep idle", ConstantKind::Time},
    ConstantRow{"doze.idle_after_inactive", &C::dozeIdleAfterInactive, 1, year, "idle pending", ConstantKind::Time},
    ConstantRow{"doze.idle_factor", &C::dozeIdleFactor, 100, 10'000, "growth from one to the next", ConstantKind::Factor},
    ConstantRow{"doze.idle_max", &C::dozeIdleMax, 1, year, "longest deep idle", ConstantKind::Time},
    ConstantRow{"doze.inactive", &C::dozeInactive, 1, year, "inactive before sensing is prepared", ConstantKind::Time},
    ConstantRow{"doze.light_after_inactive", &C::dozeLightAfterInactive, 1, year, "light idle begins after", ConstantKind::Time},
    ConstantRow{"doze.light_budget_max", &C::dozeLightBudgetMax, 1, year, "longest light window", ConstantKind::Time},
    ConstantRow{"doze.light_budget_min", &C::dozeLightBudgetMin, 1, year, "shortest light window", ConstantKind::Time},
    ConstantRow{"doze.light_enabled", &C::dozeLightEnabled, 0, 1, "false: only the deep machine", ConstantKind::Flag},
    ConstantRow{"doze.light_idle", &C::dozeLightIdle, 1, year, "first light idle", ConstantKind::Time},
    ConstantRow{"doze.light_idle_factor", &C::dozeLightIdleFactor, 100, 10'000, "growth from one to the next", ConstantKind::Factor},
    ConstantRow{"doze.light_idle_max", &C::dozeLightIdleMax, 1, year, "longest light idle", ConstantKind::Time},
    ConstantRow{"doze.locating", &C::dozeLocating, 1, year, "locating without a fix (Linux locates nothing: no effect)", ConstantKind::Time},
    ConstantRow{"doze.maintenance", &C::dozeMaintenance, 1, year, "first maintenance window", ConstantKind::Time},
    ConstantRow{"doze.maintenance_factor", &C::dozeMaintenanceFactor, 100, 10'000, "growth from one to the next", ConstantKind::Factor},
    ConstantRow{"doze.maintenance_max", &C::dozeMaintenanceMax, 1, year, "longest maintenance window", ConstantKind::Time},
    ConstantRow{"doze.min_deep_maintenance", &C::dozeMinDeepMaintenance, 1, year, "a deep window is open at least", ConstantKind::Time},
    ConstantRow{"doze.min_light_maintenance", &C::dozeMinLightMaintenance, 1, year, "a light window is open at least", ConstantKind::Time},
    ConstantRow{"doze.min_time_to_alarm", &C::dozeMinTimeToAlarm, 0, year, "no idle this near before an alarm clock", ConstantKind::Time},
    ConstantRow{"doze.quick_delay", &C::dozeQuickDelay, 1, year, "quick doze begins after", ConstantKind::Time},
    ConstantRow{"doze.sensing", &C::dozeSensing, 1, year, "sensing without a result (it is known at once whether a device moves: no effect)", ConstantKind::Time},
    ConstantRow{"doze.wait_for_unlock", &C::dozeWaitForUnlock, 0, 1, "a lit lock screen does not end Doze", ConstantKind::Flag},
    ConstantRow{"ej.grace_temp_allowlist", &C::ejGraceAllowlist, 0, ms(1h), "expedited time is free this long after the temporary allowlist", ConstantKind::Time},
    ConstantRow{"ej.grace_top", &C::ejGraceTop, 0, ms(1h), "expedited time is free this long after the top", ConstantKind::Time},
    ConstantRow{"ej.installer_extra", &C::ejInstallerExtra, 0, day, "extra expedited time of system installers", ConstantKind::Time},
    ConstantRow{"ej.limit.active", &C::ejLimitActive, ms(1min), day, "run time of expedited jobs in ej.window: active", ConstantKind::Time},
    ConstantRow{"ej.limit.exempted", &C::ejLimitExempted, ms(1min), day, "run time of expedited jobs in ej.window: exempted", ConstantKind::Time},
    ConstantRow{"ej.limit.frequent", &C::ejLimitFrequent, ms(1min), day, "run time of expedited jobs in ej.window: frequent", ConstantKind::Time},
    ConstantRow{"ej.limit.rare", &C::ejLimitRare, ms(1min), day, "run time of expedited jobs in ej.window: rare", ConstantKind::Time},
    ConstantRow{"ej.limit.restricted", &C::ejLimitRestricted, ms(1min), day, "run time of expedited jobs in ej.window: restricted", ConstantKind::Time},
    ConstantRow{"ej.limit.working", &C::ejLimitWorking, ms(1min), day, "run time of expedited jobs in ej.window: working", ConstantKind::Time},
    ConstantRow{"ej.reward_interaction", &C::ejRewardInteraction, 0, ms(5min), "expedited time earned by an interaction", ConstantKind::Time},
    ConstantRow{"ej.reward_notification_seen", &C::ejRewardNotificationSeen, 0, ms(5min), "expedited time earned by a notification that was seen", ConstantKind::Time},
    ConstantRow{"ej.reward_top", &C::ejRewardTop, 0, ms(5min), "expedited time earned for each chunk on top", ConstantKind::Time},
    ConstantRow{"ej.top_chunk", &C::ejTopChunk, ms(1s), ms(15min), "time on top that earns one reward", ConstantKind::Time},
    ConstantRow{"ej.window", &C::ejWindow, ms(1h), day, "window of the expedited limit", ConstantKind::Time},
    ConstantRow{"idle.slop", &C::idleSlop, 0, ms(1h), "how late an idle device may be noticed", ConstantKind::Time},
    ConstantRow{"legacy_fgs_jobs_free", &C::legacyFgsJobsFree, 0, 1, "jobs are free while the app runs a foreground service: of every app; a manifest says so of one", ConstantKind::Flag},
    ConstantRow{"legacy_quota_constants", &C::legacyQuotaConstants, 0, 1, "the quota constants of Android 15", ConstantKind::Flag},
    ConstantRow{"legacy_top_started_jobs_free", &C::legacyTopStartedJobsFree, 0, 1, "a job that started while the app was on top is free: of every app; a manifest says so of one", ConstantKind::Flag},
    ConstantRow{"persist_quota", &C::persistQuota, 0, 1, "quotas outlive a reboot, by the wall clock", ConstantKind::Flag},
    ConstantRow{"policy_version", &C::policyVersion, android16, android15, "the version of the limits", ConstantKind::Choice, policyVersions},
    ConstantRow{"push.high_allowlist", &C::pushHighAllowlist, 0, day, "grant for a high-priority message", ConstantKind::Time},
    ConstantRow{"push.match", &C::pushMatch, 0, day, "a notification this soon after a message is for it", ConstantKind::Time},
    ConstantRow{"push.max_waiting", &C::pushMaxWaiting, 1, many, "messages of one app that wait for their delivery", ConstantKind::Number},
    ConstantRow{"push.min_messages", &C::pushMinMessages, 1, many, "fewer high-priority messages are never downgraded", ConstantKind::Number},
    ConstantRow{"push.min_ratio", &C::pushMinRatio, 0, 100, "part of them that must show a notification", ConstantKind::Factor},
    ConstantRow{"push.window", &C::pushWindow, ms(1h), year, "high-priority messages are looked at over", ConstantKind::Time},
    ConstantRow{"quota.allowed.active", &C::quotaAllowedActive, ms(1min), day, "run time of regular jobs in the window: active", ConstantKind::Time},
    ConstantRow{"quota.allowed.exempted", &C::quotaAllowedExempted, ms(1min), day, "run time of regular jobs in the window: exempted", ConstantKind::Time},
    ConstantRow{"quota.allowed.frequent", &C::quotaAllowedFrequent, ms(1min), day, "run time of regular jobs in the window: frequent", ConstantKind::Time},
    ConstantRow{"quota.allowed.rare", &C::quotaAllowedRare, ms(1min), day, "run time of regular jobs in the window: rare", ConstantKind::Time},
    ConstantRow{"quota.allowed.restricted", &C::quotaAllowedRestricted, ms(1min), day, "run time of regular jobs in the window: restricted", ConstantKind::Time},
    ConstantRow{"quota.allowed.working", &C::quotaAllowedWorking, ms(1min), day, "run time of regular jobs in the window: working", ConstantKind::Time},
    ConstantRow{"quota.check_min_delay", &C::quotaCheckMinDelay, 0, ms(1h), "spacing of the wake-ups of apps coming back into quota", ConstantKind::Time},
    ConstantRow{"quota.coalesce", &C::quotaCoalesce, 0, ms(15min), "sessions this near count as one", ConstantKind::Time},
    ConstantRow{"quota.history", &C::quotaHistory, ms(1h), ms(24h * 30), "how long sessions are kept", ConstantKind::Time},
    ConstantRow{"quota.in_quota_buffer", &C::quotaBuffer, 0, ms(5min), "budget in hand when an app comes back into quota", ConstantKind::Time},
    ConstantRow{"quota.installer_extra", &C::quotaInstallerExtra, 0, day, "extra allowance of system installers", ConstantKind::Time},
    ConstantRow{"quota.max_execution_24h", &C::quotaMaxExecution24h, ms(1h), day, "run time of regular jobs in 24 h, whatever the bucket", ConstantKind::Time},
    ConstantRow{"quota.max_jobs.active", &C::quotaMaxJobsActive, 10, many, "job starts in the window: active", ConstantKind::Number},
    ConstantRow{"quota.max_jobs.exempted", &C::quotaMaxJobsExempted, 10, many, "job starts in the window: exempted", ConstantKind::Number},
    ConstantRow{"quota.max_jobs.frequent", &C::quotaMaxJobsFrequent, 10, many, "job starts in the window: frequent", ConstantKind::Number},
    ConstantRow{"quota.max_jobs.rare", &C::quotaMaxJobsRare, 10, many, "job starts in the window: rare", ConstantKind::Number},
    ConstantRow{"quota.max_jobs.restricted", &C::quotaMaxJobsRestricted, 10, many, "job starts in the window: restricted", ConstantKind::Number},
    ConstantRow{"quota.max_jobs.working", &C::quotaMaxJobsWorking, 10, many, "job starts in the window: working", ConstantKind::Number},
    ConstantRow{"quota.max_sessions.active", &C::quotaMaxSessionsActive, 1, many, "sessions in the window: active", ConstantKind::Number},
    ConstantRow{"quota.max_sessions.exempted", &C::quotaMaxSessionsExempted, 1, many, "sessions in the window: exempted", ConstantKind::Number},
    ConstantRow{"quota.max_sessions.frequent", &C::quotaMaxSessionsFrequent, 1, many, "sessions in the window: frequent", ConstantKind::Number},
    ConstantRow{"quota.max_sessions.rare", &C::quotaMaxSessionsRare, 1, many, "sessions in the window: rare", ConstantKind::Number},
    ConstantRow{"quota.max_sessions.restricted", &C::quotaMaxSessionsRestricted, 1, many, "sessions in the window: restricted", ConstantKind::Number},
    ConstantRow{"quota.max_sessions.working", &C::quotaMaxSessionsWorking, 1, many, "sessions in the window: working", ConstantKind::Number},
    ConstantRow{"quota.rate_max_jobs", &C::quotaRateMaxJobs, 10, many, "job starts in the rate window", ConstantKind::Number},
    ConstantRow{"quota.rate_max_sessions", &C::quotaRateMaxSessions, 10, many, "sessions in the rate window", ConstantKind::Number},
    ConstantRow{"quota.rate_window", &C::quotaRateWindow, ms(30s), day, "window of the two rate limits", ConstantKind::Time},
    ConstantRow{"quota.stop_tolerance", &C::quotaStopTolerance, 0, ms(1min), "remaining time that counts as none (cut-offs come to the millisecond: no effect)", ConstantKind::Time},
    ConstantRow{"quota.window.active", &C::quotaWindowActive, ms(1min), day, "window of the regular allowance: active", ConstantKind::Time},
    ConstantRow{"quota.window.exempted", &C::quotaWindowExempted, ms(1min), day, "window of the regular allowance: exempted", ConstantKind::Time},
    ConstantRow{"quota.window.frequent", &C::quotaWindowFrequent, ms(1min), day, "window of the regular allowance: frequent", ConstantKind::Time},
    ConstantRow{"quota.window.rare", &C::quotaWindowRare, ms(1min), day, "window of the regular allowance: rare", ConstantKind::Time},
    ConstantRow{"quota.window.restricted", &C::quotaWindowRestricted, ms(1min), day, "window of the regular allowance: restricted", ConstantKind::Time},
    ConstantRow{"quota.window.working", &C::quotaWindowWorking, ms(1min), day, "window of the regular allowance: working", ConstantKind::Time},
    ConstantRow{"sleep.grace", &C::sleepGrace, 0, ms(1min), "a sleep that begins waits for transfers that are asked to stop, at most", ConstantKind::Time},
    ConstantRow{"uid.background_settle", &C::backgroundSettle, 0, day, "an app stays active this long after it left the foreground", ConstantKind::Time},
    ConstantRow{"wake.alarms", &C::wakeAlarms, 0, 1, "wake-up alarms wake a machine that sleeps; false: alarm clocks alone do", ConstantKind::Flag},
    ConstantRow{"wake.gap", &C::wakeGap, 0, day, "least time between two wake-ups of a machine that sleeps, but for an alarm clock", ConstantKind::Time},
    ConstantRow{"wake.takes", &C::wakeTakes, 0, ms(10min), "a machine that is awake this long after the time set for it was woken by that", ConstantKind::Time},
    ConstantRow{"wake.windows", &C::wakeWindows, 0, 1, "deep maintenance windows wake a machine that sleeps", ConstantKind::Flag},
    ConstantRow{"while_idle_exact_quota", &C::alarmWhileIdleExactQuota, 1, many, "the same for exact ones of apps that may set exact alarms", ConstantKind::Number},
};
// clang-format on
static_assert(std::ranges::is_sorted(rows, {}, &ConstantRow::key));

// The first must not be above the second (limits.md §3.2: W >= A, and its like).
constexpr std::array<std::pair<std::string_view, std::string_view>, 22> ascending{{
    {"quota.allowed.exempted", "quota.window.exempted"},
    {"quota.allowed.active", "quota.window.active"},
    {"quota.allowed.working", "quota.window.working"},
    {"quota.allowed.frequent", "quota.window.frequent"},
    {"quota.allowed.rare", "quota.window.rare"},
    {"quota.allowed.restricted", "quota.window.restricted"},
    {"ej.limit.exempted", "ej.window"},
    {"ej.limit.active", "ej.window"},
    {"ej.limit.working", "ej.window"},
    {"ej.limit.frequent", "ej.window"},
    {"ej.limit.rare", "ej.window"},
    {"ej.limit.restricted", "ej.window"},
    {"bucket.elapsed.working", "bucket.elapsed.frequent"},
    {"bucket.elapsed.frequent", "bucket.elapsed.rare"},
    {"bucket.elapsed.rare", "bucket.elapsed.restricted"},
    {"bucket.frequency.frequent", "bucket.frequency.working"},
    {"doze.idle", "doze.idle_max"},
    {"doze.maintenance", "doze.maintenance_max"},
    {"doze.light_idle", "doze.light_idle_max"},
    {"doze.light_budget_min", "doze.light_budget_max"},
    {"alarm.idle_fuzz_min", "alarm.idle_fuzz_max"},
    {"alarm.min_interval", "alarm.max_interval"},
}};

const ConstantRow& rowOf(std::string_view key) { return *std::ranges::find(rows, key, &ConstantRow::key); }

// Of two rows of one kind, as they are kept.
std::int64_t valueIn(const Constants& constants, const ConstantRow& row) {
    return std::visit(Overloaded{[&](Duration C::*field) { return (constants.*field).count(); },
                                 [&](auto field) { return static_cast<std::int64_t>(constants.*field); }},
                      row.field);
}

} // namespace

std::span<const ConstantRow> limitRows() { return rows; }

std::optional<Error> limitContradiction(const Constants& constants) {
    for (const auto& [low, high] : ascending) {
        const ConstantRow& smaller = rowOf(low);
        const ConstantRow& larger = rowOf(high);
        if (valueIn(constants, smaller) <= valueIn(constants, larger)) continue;
        return fail(Errc::ILLEGAL_ARGUMENT, "{} ({}) is above {} ({}); it must be the same or below", low,
                    constantText(constants, smaller), high, constantText(constants, larger));
    }
    return std::nullopt;
}

} // namespace stint
