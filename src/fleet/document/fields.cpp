#include "fleet/document/fields.hpp"

#include <algorithm>
#include <utility>

#include "base/text/number.hpp"
#include "base/text/printable.hpp"
#include "base/text/words.hpp"
#include "base/time/time.hpp"

namespace stint::fleet {
namespace {

template <class... Args> Error is(fmt::format_string<Args...> format, Args&&... args) {
    return fail(Errc::ILLEGAL_ARGUMENT, format, std::forward<Args>(args)...);
}

Error mistyped(const Value& value, std::string_view wanted) { return is("is {}; write {}", value.shape(), wanted); }

template <class Number> Result<void> takeWhole(const Value& value, Limits limits, Number& into) {
    const std::int64_t* const number = value.number();
    if (!number) return mistyped(value, fmt::format("a whole number from {} to {}", limits.least, limits.most));
    if (*number < limits.least || *number > limits.most)
        return is("is {}; write a number from {} to {}", *number, limits.least, limits.most);
    into = static_cast<Number>(*number);
    return {};
}

/// A number with at most two decimals and "%".
std::optional<Share> shareIn(std::string_view text) {
    if (!text.ends_with('%')) return std::nullopt;
    text.remove_suffix(1);
    const std::size_t point = text.find('.');
    const auto percent = numberIn<std::uint32_t>(text.substr(0, point));
    if (!percent || *percent > 100) return std::nullopt;
    if (point == std::string_view::npos) return *percent * 100;
    const std::string_view decimals = text.substr(point + 1);
    const auto part = numberIn<std::uint32_t>(decimals);
    if (!part || decimals.size() > 2) return std::nullopt;
    return *percent * 100 + *part * (decimals.size() == 1 ? 10 : 1);
}

Result<Amount> amountFrom(const Value& value) {
    constexpr Limits counts{1, 100'000'000};
    Amount amount;
    if (value.number())
        STINT_TRY(takeWhole(value, counts, amount.count));
    else
        STINT_TRY(takeShare(value, {1, wholeShare}, amount.share));
    return amount;
}

template <class One> Result<void> takeList(const Value& value, Limits limits, std::string_view wanted, One one) {
    const Value::List* const list = value.list();
    if (!list) return mistyped(value, wanted);
    if (std::cmp_less(list->size(), limits.least) || std::cmp_greater(list->size(), limits.most))
        return is("has {}; write {} to {}", counted(list->size(), "entry", "entries"), limits.least, limits.most);
    for (const Value& each : *list)
        STINT_TRY(one(each));
    return {};
}

} // namespace

std::string shareText(Share share) {
    if (share > wholeShare) return "none";
    if (share % 100 == 0) return fmt::format("{}%", share / 100);
    if (share % 10 == 0) return fmt::format("{}.{}%", share / 100, share % 100 / 10);
    return fmt::format("{}.{:02}%", share / 100, share % 100);
}

Result<void> take(const Value& value, Limits, bool& into) {
    const bool* const flag = std::get_if<bool>(&value.held);
    if (!flag) return mistyped(value, "true or false, without quotes");
    into = *flag;
    return {};
}

Result<void> take(const Value& value, Limits limits, std::uint32_t& into) { return takeWhole(value, limits, into); }
Result<void> take(const Value& value, Limits limits, Bytes& into) { return takeWhole(value, limits, into); }

Result<void> take(const Value& value, Limits limits, WallTime& into) {
    std::int64_t since = 0;
    STINT_TRY(takeWhole(value, limits, since));
    into = WallTime(Duration(since));
    return {};
}

Result<void> take(const Value& value, Limits limits, Duration& into) {
    if (!value.text()) return mistyped(value, "a duration in quotes, such as \"30min\"");
    const auto time = parseDuration(*value.text());
    if (!time.ok()) return is("is wrong: {}", printable(time.error().message));
    if (time->count() < limits.least || time->count() > limits.most)
        return is("is {}; write {} to {}", formatDuration(*time), formatDuration(Duration(limits.least)),
                  formatDuration(Duration(limits.most)));
    into = *time;
    return {};
}

Result<void> take(const Value& value, Limits limits, TextRule rule, std::string& into) {
    if (!value.text()) return mistyped(value, "a string, in quotes");
    const std::string& text = *value.text();
    if (std::cmp_less(text.size(), limits.least) || std::cmp_greater(text.size(), limits.most))
        return is("has {}; write {} to {}", counted(text.size(), "byte"), limits.least, limits.most);
    if (const std::string_view right = rule ? rule(text) : std::string_view{}; !right.empty())
        return is("is \"{}\"; it should be {}", printable(headOf(text, 100)), right);
    into = text;
    return {};
}

Result<void> take(const Value& value, Limits limits, TextRule rule, std::vector<std::string>& into) {
    constexpr Limits word{0, 4'096};
    return takeList(value, limits, "a list of strings: [\"…\", \"…\"]", [&](const Value& each) -> Result<void> {
        if (auto done = take(each, word, rule, into.emplace_back()); !done)
            return is("has a wrong entry: it {}", done.error().message);
        return {};
    });
}

Result<void> take(const Value& value, Limits limits, std::vector<Amount>& into) {
    return takeList(value, limits, "a list of numbers and shares: [10, \"10%\", \"100%\"]",
                    [&](const Value& each) -> Result<void> {
                        auto amount = amountFrom(each);
                        if (!amount.ok()) return is("has a wrong entry: it {}", amount.error().message);
                        into.push_back(*amount);
                        return {};
                    });
}

Result<void> take(const Value& value, Limits limits, Failures& into) {
    return takeList(value, limits, "a list: [\"failed\", \"timed-out\"]", [&](const Value& each) -> Result<void> {
        const auto found = std::ranges::find_if(outcomeRows, [&](const OutcomeRow& row) {
            return row.mayBeFailure && each.text() && *each.text() == row.word;
        });
        if (found == outcomeRows.end())
            return is("has {}; write some of failed, rejected, timed-out, expired",
                      each.text() ? fmt::format("\"{}\"", printable(headOf(*each.text(), 60))) : each.shape());
        into.add(found->outcome);
        return {};
    });
}

Result<void> takeShare(const Value& value, Limits limits, Share& into) {
    const bool mayBeNone = limits.most > wholeShare;
    if (mayBeNone && value.text() && *value.text() == "none") {
        into = wholeShare + 1;
        return {};
    }
    const auto share = value.text() ? shareIn(*value.text()) : std::nullopt;
    if (!share || std::cmp_less(*share, limits.least))
        return is("is {}; write a share in quotes, from \"{}\" to \"100%\"{}",
                  value.text() ? fmt::format("\"{}\"", printable(headOf(*value.text(), 60))) : value.shape(),
                  shareText(static_cast<Share>(limits.least)), mayBeNone ? ", or \"none\"" : "");
    into = *share;
    return {};
}

Result<void> takeWord(const Value& value, std::string_view word) {
    if (value.text() && *value.text() == word) return {};
    return is("is {}; it can only be \"{}\"",
              value.text() ? fmt::format("\"{}\"", printable(headOf(*value.text(), 60))) : value.shape(), word);
}

Value give(bool flag) { return {flag}; }
Value give(std::uint32_t count) { return {std::int64_t{count}}; }
Value give(Bytes number) { return {number}; }
Value give(Duration time) { return {formatDuration(time)}; }
Value give(WallTime time) { return {std::int64_t{time.time_since_epoch().count()}}; }
Value give(const std::string& text) { return {text}; }
Value give(const std::vector<std::string>& words) {
    Value::List values;
    for (const std::string& word : words)
        values.push_back(give(word));
    return {std::move(values)};
}
Value give(const std::vector<Amount>& waves) {
    Value::List values;
    for (const Amount& wave : waves)
        values.push_back(wave.share == 0 ? give(wave.count) : give(shareText(wave.share)));
    return {std::move(values)};
}
Value give(const Failures& failures) {
    Value::List words;
    for (const OutcomeRow& row : outcomeRows)
        if (failures.contains(row.outcome)) words.push_back(give(std::string(row.word)));
    return {std::move(words)};
}

Result<void> checkKeys(std::string_view file, std::string_view section, const Value& table,
                       std::span<const std::string_view> known) {
    if (!table.table()) return at(file, table, is("{} is {}; it should be a table", section, table.shape()));
    for (const auto& [key, value] : *table.table()) {
        if (std::ranges::find(known, key) != known.end()) continue;
        const auto meant = nearest(key, known);
        return at(file, value,
                  is("unknown key \"{}\" in {}{}", printable(headOf(key, 60)), section,
                     meant ? fmt::format(" (did you mean \"{}\"?)", *meant) : ""));
    }
    return {};
}

} // namespace stint::fleet
