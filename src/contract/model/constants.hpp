// Every number of jobs.md §0 and of limits.md §11, under its name there: the rows of constant_rows.inc, as members and
// as a table. A policy file may override each (architecture.md, store). And budgets for an app's use of networks that
// cost something (limits.md §14), as a policy file or a scenario gives them: a budget is not a single value, so it has
// no row.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time/time.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

/// A network may be both.
enum class NetworkCost : std::uint8_t { Metered, Roaming };
std::string_view nameOf(NetworkCost);

/// Periods of the wall clock, in the machine's zone; a week begins on Monday.
enum class BudgetPeriod : std::uint8_t { Day, Week, Month };
std::string_view nameOf(BudgetPeriod);

struct NetworkBudget {
    static constexpr std::string_view everyApp = "*"; ///< each app without a budget of its own for that cost and period

    std::string app;
    NetworkCost cost = NetworkCost::Metered;
    BudgetPeriod period = BudgetPeriod::Month;
    std::optional<Bytes> bytes; ///< nullopt: any amount

    bool operator==(const NetworkBudget&) const = default;
};

/// A budget as people write it.
struct BudgetWords {
    std::string app;
    std::string cost;   ///< "metered", "roaming"
    std::string bytes;  ///< "2GiB", or "none"
    std::string period; ///< "day", "week", "month"
};

/// The words for a budget, as networkBudget() takes them.
BudgetWords wordsOf(const NetworkBudget& budget);
/// IllegalArgument names the wrong word, and says what would be right.
Result<NetworkBudget> networkBudget(const BudgetWords& words);
/// IllegalArgument: there is one of that app, cost and period already.
Result<void> addBudget(std::vector<NetworkBudget>& budgets, NetworkBudget budget);
/// A key that no two budgets share: "network_budget.com.example.mail.metered.month".
std::string keyOf(const NetworkBudget& budget);

/// How the text of a constant is written. A factor is kept in hundredths.
/// A choice is kept as the index of its name among its row's `choices`; a limit that is not set is written "none".
/// Hours of the day ("22:00-07:00") are kept as the minute at which they begin, times 1440, and the one at which they
/// end.
enum class ConstantKind : std::uint8_t {
    Time,
    Number,
    Size,
    Factor,
    Flag,
    Choice,
    TimeOrNone,
    NumberOrNone,
    SizeOrNone,
    HoursOrNone
};

/// Hours of the day, from midnight on; where they end before they begin, they end on the next day.
struct DayHours {
    std::chrono::minutes from;
    std::chrono::minutes until;
};
/// The hours that a constant of that kind has; nullopt: none.
std::optional<DayHours> hoursIn(std::int64_t constant);

/// The type that a constant of a kind is kept in.
template <ConstantKind> struct HeldAs { using Type = std::int64_t; };
template <> struct HeldAs<ConstantKind::Time> { using Type = Duration; };
template <> struct HeldAs<ConstantKind::TimeOrNone> { using Type = Duration; };
template <> struct HeldAs<ConstantKind::Flag> { using Type = bool; };

struct Constants {
    static constexpr Duration none{-1}; ///< a limit that is not set
    static constexpr std::int64_t android16 = 0;
    static constexpr std::int64_t android15 = 1;
    static constexpr std::int64_t predictorFrequency = 1; ///< a value of bucket.predictor; 0 is none

#define CONSTANT(kind, member, key, standard, ...) HeldAs<ConstantKind::kind>::Type member = standard;
#include "contract/model/constant_rows.inc"
#undef CONSTANT
    std::vector<NetworkBudget> networkBudgets; ///< limits.md §14: not a single value, so no row

    bool operator==(const Constants&) const = default;
};

/// One constant as a policy file sees it: its key ("job.bind_timeout"), its member, and its range (inclusive; in
/// milliseconds, bytes or hundredths, by its kind).
struct ConstantRow {
    std::string_view key;
    std::variant<Duration Constants::*, std::int64_t Constants::*, bool Constants::*> field;
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::string_view meaning;
    ConstantKind kind = ConstantKind::Number;
    std::span<const std::string_view> choices{}; ///< a Choice's names
    std::optional<Duration> android15{};         ///< its default in Android 15, where that differs (limits.md §1.5)
};

/// All rows, sorted by key.
std::span<const ConstantRow> constantRows();
/// The row of `key`. IllegalArgument names the nearest known key, or says why Stint lacks that one of Android's.
Result<const ConstantRow*> constantRow(std::string_view key);
/// The reason why Android's `key` would do nothing here, so that Stint lacks it (limits.md §11); nullopt: it is no
/// such key.
std::optional<std::string_view> withoutEffect(std::string_view key);

/// Sets `key` from its text ("18s", "3", "true", "1.35" for job.ui_estimate_factor). IllegalArgument names an unknown
/// key (with the nearest known one), a value of the wrong kind, or the range it leaves.
Result<void> setConstant(Constants&, std::string_view key, std::string_view text);
/// The row's value, in the text that setConstant takes.
std::string constantText(const Constants&, const ConstantRow&);
/// The first contradiction between constants, which no single value shows; nullopt: there is none.
std::optional<Error> contradiction(const Constants&);

} // namespace stint
