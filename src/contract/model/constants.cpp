#include "contract/model/constants.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/ranges.h>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/words.hpp"
#include "base/time/time.hpp"
#include "contract/model/day_hours.hpp"
#include "contract/model/names.hpp"

namespace stint {
namespace {

constexpr NameTable<NetworkCost, 2> networkCosts{
    {{NetworkCost::Metered, "metered"}, {NetworkCost::Roaming, "roaming"}}};
constexpr NameTable<BudgetPeriod, 3> budgetPeriods{
    {{BudgetPeriod::Day, "day"}, {BudgetPeriod::Week, "week"}, {BudgetPeriod::Month, "month"}}};

} // namespace

std::string_view nameOf(NetworkCost cost) { return nameIn(networkCosts, cost); }
std::string_view nameOf(BudgetPeriod period) { return nameIn(budgetPeriods, period); }

Result<NetworkBudget> networkBudget(const BudgetWords& words) {
    NetworkBudget budget{.app = words.app};
    if (words.app.empty())
        return fail(Errc::ILLEGAL_ARGUMENT, "app is missing: the app's package, or \"*\" for each that has no budget "
                                            "of its own");
    const auto cost = namedIn(networkCosts, words.cost);
    if (!cost) return fail(Errc::ILLEGAL_ARGUMENT, "class is \"{}\"; it must be metered or roaming", words.cost);
    budget.cost = *cost;
    const auto period = namedIn(budgetPeriods, words.period);
    if (!period) return fail(Errc::ILLEGAL_ARGUMENT, "period is \"{}\"; it must be day, week or month", words.period);
    budget.period = *period;
    if (words.bytes == "none") return budget;
    auto bytes = parseSize(words.bytes);
    if (!bytes.ok())
        return fail(Errc::ILLEGAL_ARGUMENT, "bytes: {}; or write none, for any amount", bytes.error().message);
    budget.bytes = *bytes;
    return budget;
}

BudgetWords wordsOf(const NetworkBudget& budget) {
    return {.app = budget.app,
            .cost = std::string(nameOf(budget.cost)),
            .bytes = budget.bytes ? exactSize(*budget.bytes) : "none",
            .period = std::string(nameOf(budget.period))};
}

Result<void> addBudget(std::vector<NetworkBudget>& budgets, NetworkBudget budget) {
    if (std::ranges::any_of(budgets, [&](const NetworkBudget& one) { return keyOf(one) == keyOf(budget); }))
        return fail(Errc::ILLEGAL_ARGUMENT, "{} has two {} budgets a {}; leave one of them out",
                    budget.app == NetworkBudget::everyApp ? "\"*\"" : budget.app, nameOf(budget.cost),
                    nameOf(budget.period));
    budgets.push_back(std::move(budget));
    return {};
}

std::string keyOf(const NetworkBudget& budget) {
    return fmt::format("network_budget.{}.{}.{}", budget.app, nameOf(budget.cost), nameOf(budget.period));
}

namespace {

using C = Constants;

constexpr std::int64_t many = 1'000'000'000; ///< the bound of values that may be raised so far that they never count
constexpr Duration day = 24h;
constexpr Duration year = 24h * 365;

constexpr std::array<std::string_view, 2> backoffPolicies{"linear", "exponential"};
static_assert(JobInfo::BACKOFF_POLICY_LINEAR == 0 && JobInfo::BACKOFF_POLICY_EXPONENTIAL == 1);
constexpr std::array<std::string_view, 2> policyVersions{"android16", "android15"};
constexpr std::array<std::string_view, 2> predictors{"none", "frequency"};

constexpr std::int64_t asNumber(std::int64_t value) { return value; }
constexpr std::int64_t asNumber(Duration value) { return value.count(); }

// In the order of their chapters.
constexpr ConstantRow rows[] = {
#define CONSTANT(as, member, name, standard, lowest, highest, words, ...)                                              \
    ConstantRow{.key = name,                                                                                           \
                .field = &C::member,                                                                                   \
                .least = asNumber(lowest),                                                                             \
                .most = asNumber(highest),                                                                             \
                .meaning = words,                                                                                      \
                .kind = ConstantKind::as __VA_OPT__(, ) __VA_ARGS__},
#include "contract/model/constant_rows.inc"
#undef CONSTANT
};

// The first must not be above the second (limits.md §3.2: W >= A, and its like).
constexpr std::array<std::pair<std::string_view, std::string_view>, 21> ascending{{
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
    {"alarm.min_interval", "alarm.max_interval"},
}};

// limits.md §11: Android's constants for which Linux has no counterpart.
constexpr std::pair<std::string_view, std::string_view> androidsAlone[] = {
    {"alarm.idle_fuzz_max", "idle ends alarm.idle_fuzz_min before an alarm clock, and never by chance"},
    {"alarm.priority_delay", "no app has the right to prioritised alarms"},
    {"allowlist.mms", "no app is sent an MMS"},
    {"allowlist.sms", "no app is sent an SMS"},
    {"bucket.cross_profile", "there is one user, without profiles"},
    {"doze.accuracy", "nothing is located"},
    {"doze.locating", "nothing is located"},
    {"doze.sensing", "it is known at once whether the device moves"},
    {"quota.stop_tolerance", "cut-offs come to the millisecond"},
};

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

constexpr std::int64_t minutesOfDay = 24 * 60;

Result<std::int64_t> hoursToKeep(std::string_view text) {
    const DayHours hours = STINT_TRY(parseHours(text));
    return hours.from.count() * minutesOfDay + hours.until.count();
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
    case ConstantKind::HoursOrNone:
        if (text == "none") return Constants::none.count();
        return hoursToKeep(text);
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
                       row.kind == ConstantKind::SizeOrNone || row.kind == ConstantKind::HoursOrNone;
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
    case ConstantKind::HoursOrNone:
        return textOf(*hoursIn(value));
    case ConstantKind::Factor:
        return fmt::format("{}.{:02}", value / 100, value % 100);
    case ConstantKind::Flag:
        return value ? "true" : "false";
    }
    return {};
}

const ConstantRow& rowOf(std::string_view key) { return *std::ranges::find(rows, key, &ConstantRow::key); }

std::int64_t valueIn(const Constants& constants, const ConstantRow& row) {
    return std::visit([&](auto member) { return asNumber(constants.*member); }, row.field);
}

} // namespace

std::optional<DayHours> hoursIn(std::int64_t constant) {
    if (constant == Constants::none.count()) return std::nullopt;
    return DayHours{std::chrono::minutes{constant / minutesOfDay}, std::chrono::minutes{constant % minutesOfDay}};
}

std::span<const ConstantRow> constantRows() {
    static const auto sorted = [] {
        std::array<ConstantRow, std::size(rows)> byKey{};
        std::ranges::copy(rows, byKey.begin());
        std::ranges::sort(byKey, {}, &ConstantRow::key);
        return byKey;
    }();
    return sorted;
}

std::optional<std::string_view> withoutEffect(std::string_view key) {
    for (const auto& [androids, why] : androidsAlone)
        if (isSameWord(androids, key)) return why;
    return std::nullopt;
}

Result<const ConstantRow*> constantRow(std::string_view key) {
    for (const ConstantRow& row : constantRows())
        if (isSameWord(row.key, key)) return &row;
    if (const auto why = withoutEffect(key))
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" would do nothing here: {}; leave it out", key, *why);
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
    return writtenAs(row, valueIn(constants, row));
}

std::optional<Error> contradiction(const Constants& constants) {
    // limits.md §10.3: a battery that is okay again at a level where it is low would change its mind without end.
    if (constants.batteryOkay < constants.batteryLow)
        return fail(Errc::ILLEGAL_ARGUMENT, "battery.okay ({}) is below battery.low ({}); it must be the same or above",
                    constants.batteryOkay, constants.batteryLow);
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
