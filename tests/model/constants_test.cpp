// Every number of the spec under its name (jobs.md §0, limits.md §11).
#include "contract/model/constants.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <map>
#include <set>

using namespace stint;

namespace {

std::string messageOf(const Result<void>& result) { return result ? "accepted" : result.error().message; }

bool mentions(const std::string& message, std::string_view words) { return message.find(words) != std::string::npos; }

} // namespace

TEST_CASE("the defaults are the spec's") { // jobs.md §0, §12.3, §12.5; limits.md §11
    // clang-format off
    const std::map<std::string_view, std::string_view> defaults{
        {"batch.enabled", "false"}, {"batch.max_delay", "31min"}, {"batch.min_ready", "5"},
        {"battery.low", "15"}, {"battery.okay", "20"}, {"idle.threshold", "31min"},
        {"job.abandoned_before_aggressive", "3"}, {"job.max_persisted_work_items", "100000"},
        {"job.max_period", "365d"}, {"job.periodic_buffer", "30min"}, {"job.run_wait", "7s"}, {"job.safeguard.enabled", "true"},
        {"job.safeguard.timeout_window", "1d"}, {"job.safeguard.timeouts.all", "10"},
        {"job.safeguard.timeouts.expedited", "5"}, {"job.safeguard.timeouts.regular", "3"},
        {"job.safeguard.timeouts.user_initiated", "2"}, {"job.safeguard.unresponsive", "3"},
        {"job.safeguard.unresponsive_window", "6h"}, {"job.screen_off_settle", "30s"}, {"job.start_grant", "10s"},
        {"job.stale_callback_grace", "15s"},
        {"job.min_period", "15min"}, {"job.min_flex", "5min"}, {"job.min_flex_percent", "5"},
        {"job.default_backoff", "30s"}, {"job.default_backoff_policy", "exponential"}, {"job.min_backoff", "10s"},
        {"job.min_time_window", "15min"}, {"job.content_trigger_update_delay", "10s"},
        {"job.content_trigger_max_delay", "2min"}, {"job.content_trigger_urgent", "40"}, {"job.min_content_trigger_update_delay", "500ms"},
        {"job.min_content_trigger_max_delay", "1s"},
        {"job.waiting_too_long", "true"}, {"run.max_ej", "10min"}, {"run.min_ej_guarantee", "3min"},
        {"job.bind_timeout", "18s"}, {"job.boot_settle", "5s"}, {"job.completed_history", "20"},
        {"job.crash_guard.crashes", "3"}, {"job.crash_guard.rest", "30min"}, {"job.crash_guard.window", "1min"},
        {"job.duration_stamp", "5min"}, {"job.max_backoff", "5h"}, {"job.load_period", "30min"}, {"job.max_channels_per_app", "100"}, {"job.max_jobs_per_app", "150"},
        {"job.max_namespace_len", "1000"}, {"job.max_notifications_per_app", "50"}, {"job.max_runtime_ui", "12h"},
        {"job.min_guarantee_ui", "6h"}, {"job.notification_timeout", "10s"}, {"job.op_timeout", "8s"},
        {"job.schedule_rate", "250"}, {"job.schedule_rate_window", "1min"}, {"job.slots", "16"},
        {"job.system_stop_to_failure_ratio", "3"}, {"job.ui_cumulative_limit", "1d"}, {"job.ui_data_floor", "6h"},
        {"job.ui_estimate_factor", "1.35"}, {"job.use_data_estimates", "true"},
        {"run.max_free", "30min"}, {"run.min_guarantee", "10min"},
        {"storage.check", "1min"}, {"storage.low_bytes", "500MiB"}, {"storage.low_percent", "5"}};
    // clang-format on
    std::map<std::string_view, std::string> ours;
    for (const ConstantRow& row : constantRows())
        ours[row.key] = constantText(Constants{}, row);
    for (const auto& expected : defaults) {
        CAPTURE(expected.first);
        CHECK(ours[expected.first] == expected.second);
    }
}

TEST_CASE("the defaults of the limits are the spec's") { // limits.md §11
    // clang-format off
    const std::map<std::string_view, std::string_view> defaults{
        {"active_uid_uses_active_bucket", "false"}, {"alarm.bucket_quota.active", "none"},
        {"alarm.bucket_quota.frequent", "2"}, {"alarm.bucket_quota.never", "0"}, {"alarm.bucket_quota.rare", "1"},
        {"alarm.bucket_quota.working", "10"}, {"alarm.bucket_window", "1h"}, {"alarm.held_first", "2min"}, {"alarm.held_first_until", "5min"},
        {"alarm.held_last", "1h"}, {"alarm.held_next", "15min"}, {"alarm.held_next_until", "30min"}, {"alarm.heuristic_cap", "1h"}, {"alarm.heuristic_factor", "0.75"},
        {"alarm.idle_fuzz_min", "2min"}, {"alarm.listener_timeout", "5s"},
        {"alarm.max_interval", "365d"}, {"alarm.max_per_app", "500"}, {"alarm.max_window", "1d"},
        {"alarm.min_futurity", "5s"}, {"alarm.min_fuzzable", "10s"}, {"alarm.min_interval", "1min"},
        {"alarm.min_window", "10min"}, {"alarm.restricted_quota", "1"},
        {"alarm.restricted_window", "1d"}, {"alarm.while_idle_allowlist", "10s"}, {"alarm.while_idle_quota", "7"},
        {"alarm.while_idle_window", "1h"}, {"allowlist.max", "5min"},
        {"allowlist.notification", "30s"}, {"android15_active_ej_limit", "none"},
        {"android15_daily_cap", "none"}, {"awake.battery_floor", "30"}, {"awake.on_battery", "30min"}, {"awake.stall", "2min"},
        {"background_network_cutoff_ms", "none"},
        {"bucket.auto_restrict_delay", "1h"}, {"bucket.check_interval", "3h"},
        {"bucket.elapsed.frequent", "1d"}, {"bucket.elapsed.rare", "2d"}, {"bucket.elapsed.restricted", "8d"},
        {"bucket.elapsed.working", "12h"}, {"bucket.frequency.days", "14"}, {"bucket.frequency.frequent", "4"},
        {"bucket.frequency.working", "10"}, {"bucket.hold.exempted_sync", "10min"},
        {"bucket.hold.exempted_sync_dozing", "4h"}, {"bucket.hold.exempted_sync_start", "10min"},
        {"bucket.hold.initial_fgs", "30min"}, {"bucket.hold.notification_seen", "12h"},
        {"bucket.hold.slice_pinned", "2h"}, {"bucket.hold.strong_usage", "5min"}, {"bucket.hold.sync_adapter", "2h"},
        {"bucket.hold.system_interaction", "10min"}, {"bucket.hold.system_update", "2h"},
        {"bucket.hold.unexempted_sync", "10min"}, {"bucket.prediction_timeout", "12h"}, {"bucket.predictor", "none"},
        {"bucket.screen.frequent", "1h"}, {"bucket.screen.rare", "2h"}, {"bucket.screen.restricted", "6h"},
        {"bucket.screen.working", "0s"}, {"charging.adaptive_level", "70"}, {"charging.delay", "15min"},
        {"charging.enforce_level", "90"}, {"doze.after_motion", "10min"},
        {"doze.background_jobs_delay", "3s"}, {"doze.deep_enabled", "true"}, {"doze.flex", "0s"}, {"doze.idle", "1h"},
        {"doze.idle_after_inactive", "30min"}, {"doze.idle_factor", "2.00"}, {"doze.idle_max", "6h"},
        {"doze.inactive", "30min"}, {"doze.light_after_inactive", "4min"}, {"doze.light_budget_max", "5min"},
        {"doze.light_budget_min", "1min"}, {"doze.light_enabled", "true"}, {"doze.light_idle", "5min"},
        {"doze.light_idle_factor", "2.00"}, {"doze.light_idle_max", "15min"},
        {"doze.maintenance", "5min"}, {"doze.maintenance_factor", "2.00"}, {"doze.maintenance_max", "10min"},
        {"doze.min_deep_maintenance", "30s"}, {"doze.min_light_maintenance", "5s"}, {"doze.min_time_to_alarm", "1h"},
        {"doze.quick_delay", "1min"}, {"doze.wait_for_unlock", "true"},
        {"ej.grace_temp_allowlist", "3min"}, {"ej.grace_top", "1min"}, {"ej.installer_extra", "30min"},
        {"ej.limit.active", "30min"}, {"ej.limit.exempted", "1h"}, {"ej.limit.frequent", "10min"},
        {"ej.limit.rare", "10min"}, {"ej.limit.restricted", "5min"}, {"ej.limit.working", "15min"},
        {"ej.reward_interaction", "5s"}, {"ej.reward_notification_seen", "0s"}, {"ej.reward_top", "10s"},
        {"ej.top_chunk", "5min"}, {"ej.window", "1d"}, {"idle.slop", "0s"}, {"legacy_fgs_jobs_free", "false"},
        {"legacy_quota_constants", "false"}, {"legacy_top_started_jobs_free", "false"}, {"persist_quota", "false"},
        {"policy_version", "android16"}, {"push.high_allowlist", "20s"}, {"push.match", "2min"},
        {"push.max_waiting", "100"}, {"push.min_messages", "10"}, {"push.min_ratio", "0.50"},
        {"push.most_messages", "250"}, {"push.watch_notifications", "true"}, {"push.window", "7d"},
        {"quota.allowed.active", "20min"}, {"quota.allowed.exempted", "20min"}, {"quota.allowed.frequent", "10min"},
        {"quota.allowed.rare", "10min"}, {"quota.allowed.restricted", "10min"}, {"quota.allowed.working", "10min"},
        {"quota.check_min_delay", "0s"}, {"quota.coalesce", "5s"}, {"quota.history", "1d"},
        {"quota.in_quota_buffer", "30s"}, {"quota.installer_extra", "20min"}, {"quota.max_execution_24h", "4h"},
        {"quota.max_jobs.active", "75"}, {"quota.max_jobs.exempted", "75"}, {"quota.max_jobs.frequent", "200"},
        {"quota.max_jobs.rare", "48"}, {"quota.max_jobs.restricted", "10"}, {"quota.max_jobs.working", "120"},
        {"quota.max_sessions.active", "75"}, {"quota.max_sessions.exempted", "75"},
        {"quota.max_sessions.frequent", "8"}, {"quota.max_sessions.rare", "3"},
        {"quota.max_sessions.restricted", "1"}, {"quota.max_sessions.working", "10"}, {"quota.rate_max_jobs", "20"},
        {"quota.rate_max_sessions", "20"}, {"quota.rate_window", "1min"},
        {"quota.window.active", "1h"}, {"quota.window.exempted", "40min"}, {"quota.window.frequent", "12h"},
        {"quota.window.rare", "1d"}, {"quota.window.restricted", "1d"}, {"quota.window.working", "4h"},
        {"sleep.grace", "4s"}, {"uid.background_settle", "1min"}, {"wake.alarms", "true"}, {"wake.gap", "1min"},
        {"wake.takes", "30s"}, {"wake.windows", "false"}, {"while_idle_exact_quota", "7"}};
    // clang-format on
    for (const auto& [key, value] : defaults) {
        CAPTURE(key);
        CHECK(constantText(Constants{}, *constantRow(key).value()) == value);
    }
}

TEST_CASE("every constant has one row, and rows stand in the order of their keys") {
    auto rows = constantRows();
    CHECK(std::is_sorted(rows.begin(), rows.end(), [](auto& a, auto& b) { return a.key < b.key; }));
    std::set<std::string_view> keys;
    for (const ConstantRow& row : rows) {
        keys.insert(row.key);
        CHECK_FALSE(row.meaning.empty());
        CHECK(row.least < row.most);
    }
    CHECK(keys.size() == rows.size());
}

TEST_CASE("the text of every constant sets that constant again, and only that") {
    for (const ConstantRow& row : constantRows()) {
        CAPTURE(row.key);
        Constants constants;
        CHECK(messageOf(setConstant(constants, row.key, constantText(constants, row))) == "accepted");
        CHECK(constants == Constants{});
    }
}

TEST_CASE("both ends of a constant's range are taken, and one step beyond is not") {
    for (const ConstantRow& row : constantRows()) {
        if (row.kind != ConstantKind::Number) continue;
        CAPTURE(row.key);
        Constants constants;
        CHECK(setConstant(constants, row.key, std::to_string(row.least)).ok());
        CHECK(setConstant(constants, row.key, std::to_string(row.most)).ok());
        CHECK(constantText(constants, row) == std::to_string(row.most));
        CHECK_FALSE(setConstant(constants, row.key, std::to_string(row.least - 1)).ok());
        CHECK_FALSE(setConstant(constants, row.key, std::to_string(row.most + 1)).ok());
        CHECK(constantText(constants, row) == std::to_string(row.most)); // a refused value changes nothing
    }
}

TEST_CASE("a timer is never 0, or it would fire for ever") {
    Constants constants;
    for (std::string_view key : {"job.bind_timeout", "job.op_timeout", "job.duration_stamp", "job.max_backoff"}) {
        CAPTURE(key);
        CHECK_FALSE(setConstant(constants, key, "0s").ok());
        CHECK(setConstant(constants, key, "1ms").ok());
    }
    CHECK(setConstant(constants, "job.boot_settle", "0s").ok()); // jobs.md §12.5: 0 in the simulator
}

TEST_CASE("the estimate's factor is an exact decimal and never below 1") { // jobs.md §0, ui_estimate_factor
    struct Row {
        std::string_view text;
        std::int64_t percent; ///< 0: refused
    };
    // clang-format off
    for (auto& r : {Row{"1.35", 135}, Row{"1", 100}, Row{"1.0", 100}, Row{"1.5", 150}, Row{"2.07", 207}, Row{"1000", 100'000},
                    Row{"0.99", 0}, Row{"0", 0}, Row{"-1.35", 0}, Row{"-0.5", 0}, Row{"1.355", 0}, Row{"1.", 0}, Row{".5", 0},
                    Row{"1,35", 0}, Row{"1.3x", 0}, Row{"1e3", 0}, Row{"inf", 0}, Row{"nan", 0}, Row{"", 0},
                    Row{"1000.01", 0}, Row{"9223372036854775807", 0}, Row{"99999999999999999999", 0}}) {
        // clang-format on
        CAPTURE(r.text);
        Constants constants;
        auto done = setConstant(constants, "job.ui_estimate_factor", r.text);
        CHECK(done.ok() == (r.percent != 0));
        CHECK(constants.uiEstimatePercent == (r.percent ? r.percent : 135));
    }
}

TEST_CASE("a value of the wrong kind is refused with what would be right") {
    struct Row {
        std::string_view key, text, words;
    };
    // clang-format off
    for (auto& r : {Row{"job.bind_timeout",       "18",        "such as 1h30min"},
                    Row{"job.bind_timeout",       "5 minutes", "is not a duration"},
                    Row{"job.slots",              "4.5",       "is not a whole number"},
                    Row{"job.slots",              "",          "is not a whole number"},
                    Row{"job.slots",              " 4",        "is not a whole number"},
                    Row{"job.slots",              "99999999999999999999", "is not a whole number"},
                    Row{"job.slots",              "0",         "it is 1 to 1000"},
                    Row{"battery.low",            "101",       "it is 0 to 100"},
                    Row{"storage.low_bytes",      "5",         "such as 1.5MB"},
                    Row{"job.use_data_estimates", "yes",       "write true or false"},
                    Row{"job.default_backoff_policy", "0",     "none of linear, exponential"},
                    Row{"job.max_backoff",        "400d",      "it is 1ms to 365d"}}) {
        // clang-format on
        CAPTURE(r.key);
        Constants constants;
        std::string message = messageOf(setConstant(constants, r.key, r.text));
        CAPTURE(message);
        CHECK(message.starts_with(r.key));
        CHECK(mentions(message, r.words));
        CHECK(constants == Constants{});
    }
}

TEST_CASE("a number of Android's that would do nothing here is refused, and why") { // limits.md §11
    for (std::string_view key :
         {"alarm.idle_fuzz_max", "alarm.priority_delay", "allowlist.mms", "allowlist.sms", "bucket.cross_profile",
          "doze.accuracy", "doze.locating", "doze.sensing", "quota.stop_tolerance"}) {
        CAPTURE(key);
        Constants constants;
        CHECK(mentions(messageOf(setConstant(constants, key, "1s")), "would do nothing here: "));
        CHECK(withoutEffect(key));
    }
    CHECK_FALSE(withoutEffect("alarm.idle_fuzz_min"));
}

TEST_CASE("Android 15 has another number of twelve constants, each in its range, or none") { // limits.md §1.5
    std::set<std::string_view> keys;
    for (const ConstantRow& row : constantRows()) {
        if (!row.android15) continue;
        keys.insert(row.key);
        const bool inRange = row.least <= row.android15->count() && row.android15->count() <= row.most;
        CHECK((inRange || row.android15 == Constants::none));
    }
    CHECK(keys.size() == 12);
}

TEST_CASE("an unknown constant is refused with the known one that was meant") {
    struct Row {
        std::string_view key, meant;
    };
    for (auto& r :
         {Row{"job.bind_timeot", "job.bind_timeout"}, Row{"job.slot", "job.slots"}, Row{"battery.oky", "battery.okay"},
          Row{"job.max_namespace_length", "job.max_namespace_len"},
          // limits.md §11: where it names the same constant, its name rules.
          Row{"job.min_guarantee_regular", "run.min_guarantee"}, Row{"job.max_runtime_regular", "run.max_free"}}) {
        CAPTURE(r.key);
        Constants constants;
        std::string message = messageOf(setConstant(constants, r.key, "1"));
        CAPTURE(message);
        CHECK(mentions(message, "did you mean \"" + std::string(r.meant) + "\"?"));
    }
    Constants constants;
    CHECK(mentions(messageOf(setConstant(constants, "colour_of_the_sky", "1")), "begin with "));
}

TEST_CASE("a battery cannot be okay at a level where it is low") { // limits.md §10.3
    Constants constants;
    CHECK_FALSE(contradiction(constants));
    constants.batteryOkay = constants.batteryLow;
    CHECK_FALSE(contradiction(constants));
    constants.batteryOkay = constants.batteryLow - 1;
    REQUIRE(contradiction(constants));
    CHECK(mentions(contradiction(constants)->message, "battery.okay (14) is below battery.low (15)"));
}
