// Every number of the spec under its name (jobs.md §0, limits.md §11).
#include "model/constants.hpp"

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
        {"job.content_trigger_max_delay", "2min"}, {"job.min_content_trigger_update_delay", "500ms"},
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
    CHECK(ours.size() == defaults.size());
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
    // Each field is as wide as a number: a field without a row shows here.
    CHECK(sizeof(Constants) == rows.size() * sizeof(std::int64_t));
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
                    Row{"job.default_backoff_policy", "0",     "write linear or exponential"},
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
    CHECK(mentions(messageOf(setConstant(constants, "colour_of_the_sky", "1")),
                   "begin with batch. battery. idle. job. run. storage."));
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
