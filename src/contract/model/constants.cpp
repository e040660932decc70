#include "contract/model/constants.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/ranges.h>

#include "base/result/fail.hpp"
#include "base/result/overloaded.hpp"
#include "base/result/try.hpp"
#include "base/text/nearest.hpp"
#include "base/text/number.hpp"
#include "base/text/same_word.hpp"
#include "contract/model/constant_tables.hpp"

namespace stint {

namespace {

using C = Constants;

// A length of time that some timer counts: never 0, or the timer would fire for ever.
constexpr ConstantRow timer(std::string_view key, Duration C::*field, std::string_view meaning) {
    return {key, field, 1, Duration{std::chrono::hours{24 * 365}}.count(), meaning, ConstantKind::Time};
}
constexpr ConstantRow timeOrNone(std::string_view key, Duration C::*field, std::string_view meaning) {
    return {key, field, 0, Duration{std::chrono::hours{24 * 365}}.count(), meaning, ConstantKind::Time};
}
constexpr ConstantRow number(std::string_view key, std::int64_t C::*field, std::int64_t least, std::int64_t most,
                             std::string_view meaning) {
    return {key, field, least, most, meaning, ConstantKind::Number};
}

// jobs.md §0 with the prefix "job."; where limits.md §11 names the same constant, its name rules. Sorted by key.
constexpr std::array<std::string_view, 2> backoffPolicies{"linear", "exponential"};
static_assert(JobInfo::BACKOFF_POLICY_LINEAR == 0 && JobInfo::BACKOFF_POLICY_EXPONENTIAL == 1);

constexpr std::array jobRows{
    ConstantRow{"batch.enabled", &C::batching, 0, 1, "hold regular jobs until several are ready", ConstantKind::Flag},
    timer("batch.max_delay", &C::batchMaxDelay, "how long a ready regular job is held at most"),
    number("batch.min_ready", &C::batchMinReady, 1, many, "ready regular jobs that make a batch"),
    number("battery.low", &C::batteryLow, 0, 100, "percent at or below which the battery is low, while unplugged"),
    number("battery.okay", &C::batteryOkay, 0, 100, "percent from which it is no longer low"),
    timer("device.log_age", &C::deviceLogAge, "how long the device's history goes back"),
    number("device.log_burst", &C::deviceLogBurst, 1, 1'000, "changes of one kind that it takes in at once"),
    timeOrNone("device.log_delay", &C::deviceLogDelay,
               "until a change is written down in a turn that has nothing else to write"),
    number("device.log_entries", &C::deviceLogEntries, 100, 1'000'000, "changes that it keeps"),
    timer("device.log_pace", &C::deviceLogPace, "between two changes of one kind that comes and goes"),
    timer("idle.threshold", &C::idleThreshold, "how long nobody has used an idle device"),
    number("job.abandoned_before_aggressive", &C::abandonedBeforeAggressive, 0, many,
           "abandoned timeouts after which back-off is exponential"),
    timer("job.bind_timeout", &C::bindTimeout, "from the start of execution until the service is connected"),
    timeOrNone("job.boot_settle", &C::bootSettle, "from the session's start until apps may start"),
    number("job.completed_history", &C::completedHistory, 0, 10'000, "completed jobs that are kept for each app"),
    number("job.completed_history_own", &C::completedHistoryOwn, 0, 10'000,
           "completed jobs that are kept of a built-in app: a person's own"),
    number("job.content_directories", &C::contentDirectories, 1, 10'000'000,
           "directories that one app's jobs may watch together"),
    timeOrNone("job.content_trigger_max_delay", &C::contentTriggerMaxDelay,
               "after the first change, until a job that asks for no delay is ready at the latest"),
    timeOrNone("job.content_trigger_update_delay", &C::contentTriggerUpdateDelay,
               "after the last change, until a job that asks for no delay is ready"),
    number("job.crash_guard.crashes", &C::crashGuardCrashes, 1, many, "crashes within the window that make an app bad"),
    timeOrNone("job.crash_guard.rest", &C::crashGuardRest, "how long a bad app's jobs are not started"),
    timer("job.crash_guard.window", &C::crashGuardWindow, "the window that crashes are counted in"),
    timer("job.default_backoff", &C::defaultBackoff, "first back-off of a job that asks for none"),
    ConstantRow{"job.default_backoff_policy", &C::defaultBackoffPolicy, JobInfo::BACKOFF_POLICY_LINEAR,
                JobInfo::BACKOFF_POLICY_EXPONENTIAL, "how the back-off of a job that asks for none grows",
                ConstantKind::Choice, backoffPolicies},
    ConstantRow{"job.digest", &C::digest, 0, 1, "a notification of jobs that wait longer than they said, once a day",
                ConstantKind::Flag},
    timeOrNone("job.digest_grace", &C::digestGrace, "a job may start that much later than it said"),
    timer("job.duration_stamp", &C::durationStamp, "how often a run's time is written to the store"),
    timer("job.load_period", &C::loadPeriod, "the share of it that an app runs jobs in lowers its bias"),
    timer("job.log_age", &C::logAge, "how long the log of jobs goes back"),
    number("job.log_runs", &C::logRuns, 0, 100'000, "past runs of each app that the log of jobs keeps"),
    timer("job.max_backoff", &C::maxBackoff, "cap on any computed back-off"),
    number("job.max_channels_per_app", &C::maxChannelsPerApp, 0, 10'000, "notification channels an app may create"),
    number("job.max_jobs_per_app", &C::maxJobsPerApp, 1, many, "distinct jobs of one app"),
    number("job.max_namespace_len", &C::maxNamespaceLength, 1, 100'000, "characters of a namespace"),
    number("job.max_notifications_per_app", &C::maxNotificationsPerApp, 1, 10'000,
           "notifications of one app that are kept"),
    timer("job.max_period", &C::maxPeriod, "longer periods are clamped"),
    number("job.max_persisted_work_items", &C::maxPersistedWorkItems, 1, many, "queued items of one persisted job"),
    timer("job.max_runtime_ui", &C::maxRuntimeUi, "hard limit of one run of a user-initiated job"),
    timer("job.min_backoff", &C::minBackoff, "shorter first back-offs are raised to it"),
    timeOrNone("job.min_content_trigger_max_delay", &C::minContentTriggerMaxDelay,
               "shorter delays after the first change are raised to it"),
    timeOrNone("job.min_content_trigger_update_delay", &C::minContentTriggerUpdateDelay,
               "shorter delays after the last change are raised to it"),
    timer("job.min_flex", &C::minFlex, "shorter flexes are raised to it"),
    number("job.min_flex_percent", &C::minFlexPercent, 0, 100, "share of its interval that a flex is raised to"),
    timeOrNone("job.min_guarantee_ui", &C::minGuaranteeUi,
               "a user-initiated job is not stopped for convenience before"),
    timer("job.min_period", &C::minPeriod, "shorter periods are raised to it"),
    timeOrNone("job.min_time_window", &C::minTimeWindow,
               "least time between latency and deadline of a job that has constraints"),
    timeOrNone("job.notice_after", &C::noticeAfter, "until a user-initiated job that waits is shown on the desktop"),
    number("job.notices", &C::noticesMost, 0, 1'000, "jobs that are shown there as waiting or paused, at once"),
    timer("job.notification_timeout", &C::notificationTimeout, "until a user-initiated job has set its notification"),
    timeOrNone("job.notification_update", &C::notificationUpdate,
               "between two updates of a notification on the desktop"),
    timer("job.op_timeout", &C::opTimeout, "answer to onStartJob and onStopJob"),
    timeOrNone("job.periodic_buffer", &C::periodicBuffer, "kept between two windows of a periodic job"),
    timeOrNone("job.run_wait", &C::runWait, "how long the shell's run waits for a network that alone is missing"),
    ConstantRow{"job.safeguard.enabled", &C::safeguards, 0, 1, "safeguards against looping apps", ConstantKind::Flag},
    timer("job.safeguard.timeout_window", &C::timeoutWindow, "the window that timeouts are counted in"),
    number("job.safeguard.timeouts.all", &C::timeoutsAll, 1, many, "timeouts of all classes that make an app buggy"),
    number("job.safeguard.timeouts.expedited", &C::timeoutsExpedited, 1, many, "timeouts that shorten expedited runs"),
    number("job.safeguard.timeouts.regular", &C::timeoutsRegular, 1, many, "timeouts that shorten regular runs"),
    number("job.safeguard.timeouts.user_initiated", &C::timeoutsUserInitiated, 1, many,
           "timeouts that shorten user-initiated runs"),
    number("job.safeguard.unresponsive", &C::unresponsive, 1, many, "silences that make an app buggy"),
    timer("job.safeguard.unresponsive_window", &C::unresponsiveWindow, "the window that silences are counted in"),
    number("job.schedule_rate", &C::scheduleRate, 1, many, "persisted schedule() calls of an app in the window"),
    timer("job.schedule_rate_window", &C::scheduleRateWindow, "the window that schedule() calls are counted in"),
    timeOrNone("job.screen_off_settle", &C::screenOffSettle, "until a device whose screen is off is not interactive"),
    number("job.slots", &C::slots, 1, 1'000, "jobs that run at once"),
    timeOrNone("job.stale_callback_grace", &C::staleCallbackGrace,
               "how long a run that ended badly may still ask for work, and gets none"),
    timeOrNone("job.start_grant", &C::startGrant, "how long a tap lets an app start user-initiated jobs"),
    timer("job.stop_patience", &C::stopPatience, "until a process that is there after its app's Stop is told of"),
    number("job.system_stop_to_failure_ratio", &C::systemStopToFailureRatio, 1, many,
           "system stops that count as one failure for back-off"),
    timer("job.ui_cumulative_limit", &C::uiCumulativeLimit,
          "run time over attempts before a user-initiated job is demoted"),
    timeOrNone("job.ui_data_floor", &C::uiDataFloor, "least guarantee of a transfer whose size is known"),
    ConstantRow{"job.ui_estimate_factor", &C::uiEstimatePercent, 100, 100'000,
                "head-room on the estimated transfer time", ConstantKind::Factor},
    ConstantRow{"job.use_data_estimates", &C::useDataEstimates, 0, 1,
                "the estimated payload decides how long a transfer may run", ConstantKind::Flag},
    ConstantRow{"job.waiting_too_long", &C::waitingTooLong, 0, 1, "an extra slot for who would wait too long",
                ConstantKind::Flag},
    timer("run.max_ej", &C::maxRuntimeExpedited, "longest single run of an expedited job"),
    timer("run.max_free", &C::maxRuntimeRegular, "longest single run of a regular job"),
    timeOrNone("run.min_ej_guarantee", &C::minGuaranteeExpedited,
               "an expedited job is not stopped for convenience before"),
    timeOrNone("run.min_guarantee", &C::minGuaranteeRegular, "a regular job is not stopped for convenience before"),
    timer("storage.check", &C::storageCheck, "how often free space is read while a job waits for it"),
    ConstantRow{"storage.low_bytes", &C::storageLowBytes, 0, std::numeric_limits<Bytes>::max(),
                "free bytes below which storage is low, if fewer than the percentage", ConstantKind::Size},
    number("storage.low_percent", &C::storageLowPercent, 0, 100, "free percent below which storage is low"),
};
static_assert(std::adjacent_find(jobRows.begin(), jobRows.end(),
                                 [](const auto& a, const auto& b) { return a.key >= b.key; }) == jobRows.end());

// Names of jobs.md §0 that limits.md §11 replaces.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> replaced{{
    {"job.max_runtime_ej", "run.max_ej"},
    {"job.max_runtime_regular", "run.max_free"},
    {"job.min_guarantee_ej", "run.min_ej_guarantee"},
    {"job.min_guarantee_regular", "run.min_guarantee"},
}};

std::optional<std::string_view> meantBy(std::string_view key) {
    for (auto [old, now] : replaced)
        if (key == old) return now;
    std::vector<std::string_view> keys;
    for (const ConstantRow& row : constantRows())
        keys.push_back(row.key);
    return nearest(key, keys);
}

// "battery. job. run. storage."
std::string prefixes() {
    std::string text;
    std::string_view previous;
    for (const ConstantRow& row : constantRows()) {
        const auto dot = row.key.find('.');
        std::string_view prefix = dot == std::string_view::npos ? row.key : row.key.substr(0, dot + 1);
        if (prefix != previous) text += fmt::format("{}{}", text.empty() ? "" : " ", prefix);
        previous = prefix;
    }
    return text;
}

template <class... Args> Error wrong(const ConstantRow& row, fmt::format_string<Args...> format, Args&&... args) {
    return within(row.key, fail(Errc::ILLEGAL_ARGUMENT, format, std::forward<Args>(args)...));
}

Result<std::int64_t> parseNumber(std::string_view text) {
    if (const auto value = numberIn<std::int64_t>(text)) return *value;
    return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not a whole number; write one such as 3", text);
}

// "1.35" as 135: an exact decimal, so that no rounding decides.
Result<std::int64_t> parseFactor(std::string_view text) {
    const std::size_t point = text.find('.');
    const std::string_view decimals = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
    auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    auto whole = parseNumber(text.substr(0, point));
    const bool written = point == std::string_view::npos || (!decimals.empty() && decimals.size() <= 2);
    if (!whole || !written || !std::all_of(decimals.begin(), decimals.end(), isDigit))
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "\"{}\" is not a factor; write a number with at most two decimals such as "
                    "1.35",
                    text);
    std::int64_t hundredths = 0;
    if (!decimals.empty()) hundredths = (decimals[0] - '0') * 10 + (decimals.size() > 1 ? decimals[1] - '0' : 0);
    const std::int64_t value = std::clamp<std::int64_t>(*whole, -many, many) * 100;
    return text.starts_with('-') ? value - hundredths : value + hundredths;
}

Result<std::int64_t> parseChoice(const ConstantRow& row, std::string_view text) {
    const auto found = std::ranges::find_if(row.choices, [&](auto choice) { return isSameWord(choice, text); });
    if (found != row.choices.end()) return found - row.choices.begin();
    return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is none of {}", text, fmt::join(row.choices, ", "));
}

Result<std::int64_t> parseAs(const ConstantRow& row, std::string_view text) {
    switch (row.kind) {
    case ConstantKind::TimeOrNone:
        if (text == "none") return Constants::none.count();
        [[fallthrough]];
    case ConstantKind::Time: {
        const Duration time = STINT_TRY(parseDuration(text));
        return time.count();
    }
    case ConstantKind::NumberOrNone:
        if (text == "none" || text == "off") return Constants::none.count();
        [[fallthrough]];
    case ConstantKind::Number:
        return parseNumber(text);
    case ConstantKind::Choice:
        return parseChoice(row, text);
    case ConstantKind::SizeOrNone:
        if (text == "none") return Constants::none.count();
        [[fallthrough]];
    case ConstantKind::Size:
        return parseSize(text);
    case ConstantKind::Factor:
        return parseFactor(text);
    case ConstantKind::Flag:
        if (text == "true" || text == "false") return std::int64_t{text == "true"};
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not a yes or no; write true or false", text);
    }
    return fail(Errc::ILLEGAL_ARGUMENT, "unknown kind of constant");
}

bool isNone(const ConstantRow& row, std::int64_t value) {
    const bool mayBe = row.kind == ConstantKind::TimeOrNone || row.kind == ConstantKind::NumberOrNone ||
                       row.kind == ConstantKind::SizeOrNone;
    return mayBe && value == Constants::none.count();
}

std::string writtenAs(const ConstantRow& row, std::int64_t value) {
    if (isNone(row, value)) return "none";
    switch (row.kind) {
    case ConstantKind::TimeOrNone:
    case ConstantKind::Time:
        return formatDuration(Duration{value});
    case ConstantKind::Number:
    case ConstantKind::NumberOrNone:
        return fmt::format("{}", value);
    case ConstantKind::Choice:
        return std::string(row.choices[static_cast<std::size_t>(value)]);
    case ConstantKind::Size:
    case ConstantKind::SizeOrNone:
        return exactSize(value);
    case ConstantKind::Factor:
        return fmt::format("{}.{:02}", value / 100, value % 100);
    case ConstantKind::Flag:
        return value ? "true" : "false";
    }
    return {};
}

} // namespace

std::span<const ConstantRow> constantRows() {
    static const std::vector<ConstantRow> all = [] {
        std::vector<ConstantRow> merged;
        std::ranges::merge(jobRows, limitRows(), std::back_inserter(merged), {}, &ConstantRow::key, &ConstantRow::key);
        return merged;
    }();
    return all;
}

Result<const ConstantRow*> constantRow(std::string_view key) {
    for (const ConstantRow& row : constantRows())
        if (isSameWord(row.key, key)) return &row;
    if (auto meant = meantBy(key))
        return fail(Errc::ILLEGAL_ARGUMENT, "unknown constant \"{}\" (did you mean \"{}\"?)", key, *meant);
    return fail(Errc::ILLEGAL_ARGUMENT, "unknown constant \"{}\"; the known ones begin with {}", key, prefixes());
}

Result<void> setConstant(Constants& constants, std::string_view key, std::string_view text) {
    const ConstantRow* const found = STINT_TRY(constantRow(key));
    const ConstantRow& row = *found;
    auto value = parseAs(row, text);
    if (!value) return within(key, value.error());
    if (!isNone(row, *value) && (*value < row.least || *value > row.most))
        return wrong(row, "{} is out of range; it is {} to {}", text, writtenAs(row, row.least),
                     writtenAs(row, row.most));
    std::visit(Overloaded{[&](Duration C::*field) { constants.*field = Duration{*value}; },
                          [&](std::int64_t C::*field) { constants.*field = *value; },
                          [&](bool C::*field) { constants.*field = *value != 0; }},
               row.field);
    return {};
}

std::string constantText(const Constants& constants, const ConstantRow& row) {
    const std::int64_t value = std::visit(Overloaded{[&](Duration C::*field) { return (constants.*field).count(); },
                                                     [&](std::int64_t C::*field) { return constants.*field; },
                                                     [&](bool C::*field) { return std::int64_t{constants.*field}; }},
                                          row.field);
    return writtenAs(row, value);
}

std::optional<Error> contradiction(const Constants& constants) {
    // limits.md §10.3: a battery that is okay again at a level where it is low would change its mind without end.
    if (constants.batteryOkay < constants.batteryLow)
        return fail(Errc::ILLEGAL_ARGUMENT, "battery.okay ({}) is below battery.low ({}); it must be the same or above",
                    constants.batteryOkay, constants.batteryLow);
    return limitContradiction(constants);
}

} // namespace stint
