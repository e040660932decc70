#include "fleet/document/telling.hpp"

#include <algorithm>
#include <utility>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"

namespace stint::fleet {
namespace {

/// Bytes as JSON writes them; a control character other than a line's end is none of a report's.
std::size_t writtenSize(char c) { return c == '"' || c == '\\' || c == '\n' ? 2 : 1; }
std::size_t writtenSize(std::string_view words) {
    std::size_t size = 0;
    for (const char c : words)
        size += writtenSize(c);
    return size;
}

/// Android's names have capitals.
bool isReason(std::string_view name) {
    constexpr std::size_t longest = 64;
    return !name.empty() && name.size() <= longest &&
           std::ranges::all_of(name, [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

WallTime since1970(WallTime time) {
    return WallTime(Duration(std::clamp<std::int64_t>(time.time_since_epoch().count(), 0, anyTime.most)));
}

} // namespace

std::string_view phaseRule(std::string_view word) {
    const auto phase = phaseIn(word);
    return phase && *phase >= Phase::Waiting ? "" : "one of waiting, running, committing, verifying and ended";
}
std::string_view outcomeRule(std::string_view word) {
    const auto outcome = outcomeIn(word);
    return outcome && *outcome != Outcome::Unreachable ? "" : "an end that a device can tell";
}
std::string_view wordsRule(std::string_view words) {
    return writtenSize(words) <= longestWords && printableLines(words) == words ? "" : "readable lines of 4096 bytes";
}

std::string fittingWords(std::string_view words) {
    std::string lines(headOf(words, 2 * longestWords)); // no more than that has room
    std::ranges::replace_if(
        lines, [](char c) { return c == '\t' || c == '\r'; }, ' ');
    lines = printableLines(lines);
    std::size_t size = 0, written = 0;
    while (size < lines.size() && written + writtenSize(lines[size]) <= longestWords)
        written += writtenSize(lines[size++]);
    cut(lines, size);
    return lines;
}

std::string_view sealedIn(std::string_view words) {
    if (!words.starts_with(sealedMark)) return {};
    words.remove_prefix(sealedMark.size());
    const auto is64 = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
               c == '=';
    };
    return std::ranges::all_of(words, is64) ? words : std::string_view();
}

Result<void> readBlockers(const Origin& from, const Value& value, TellingRow& into) {
    if (!value.table() || value.table()->empty() || value.table()->size() > mostBlockers)
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: blockers are to be a table of 1 to {}", from.file, mostBlockers);
    for (const auto& [reason, since] : *value.table()) {
        if (!isReason(reason)) return fail(Errc::ILLEGAL_ARGUMENT, "{}: blockers have no reason's name", from.file);
        ToldBlocker& one = into.blockers.emplace_back();
        one.reason = reason;
        if (auto done = take(since, anyTime, one.since); !done)
            return fail(Errc::ILLEGAL_ARGUMENT, "{}: the time of {} {}", from.file, reason, done.error().message);
    }
    return {};
}

void writeBlockers(const TellingRow& row, Value::Table& into) {
    Value::Table all;
    for (const ToldBlocker& one : row.blockers)
        all.insert_or_assign(one.reason, give(one.since));
    if (!all.empty()) into.insert_or_assign(std::string(blockersKey), Value{std::move(all)});
}

TellingRow rowOf(const Telling& telling) {
    TellingRow row{.round = telling.round,
                   .sequence = telling.sequence,
                   .slot = telling.slot,
                   .step = telling.step,
                   .code = telling.code,
                   .phase = std::string(wordOf(telling.phase)),
                   .outcome = std::string(wordOf(telling.outcome)),
                   .words = fittingWords(telling.words),
                   .forecast = since1970(telling.forecast.value_or(WallTime{})),
                   .blockers = telling.blockers};
    for (ToldBlocker& one : row.blockers)
        one.since = since1970(one.since);
    return row;
}

Result<Telling> tellingOf(TellingRow row, std::string_view name) {
    const Phase phase = *phaseIn(row.phase);
    const Outcome outcome = outcomeIn(row.outcome).value_or(Outcome::None);
    if ((phase == Phase::Ended) != (outcome != Outcome::None))
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: an outcome is there where it has ended, and only there", name);
    const bool hasForecast = row.forecast != WallTime{};
    if (phase != Phase::Waiting && (hasForecast || !row.blockers.empty()))
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: blockers and a forecast are there where it waits, and only there",
                    name);
    return Telling{.round = static_cast<std::uint8_t>(row.round),
                   .sequence = row.sequence,
                   .slot = row.slot,
                   .phase = phase,
                   .outcome = outcome,
                   .step = row.step,
                   .code = static_cast<std::int32_t>(row.code),
                   .words = std::move(row.words),
                   .blockers = std::move(row.blockers),
                   .forecast = hasForecast ? std::optional(row.forecast) : std::nullopt};
}

Value valueOf(const Telling& telling) {
    const TellingRow row = rowOf(telling);
    Value::Table table;
    writeFields(tellingFields<TellingRow>, row, table);
    writeBlockers(row, table);
    return {std::move(table)};
}

Result<Telling> tellingFrom(const Origin& from, const Value& value) {
    auto keys = keysOf(tellingFields<TellingRow>);
    keys.push_back(blockersKey);
    STINT_TRY(checkKeys(from.file, from.file, value, keys));
    TellingRow row;
    STINT_TRY(readFields(from, "", value, tellingFields<TellingRow>, row));
    if (const Value* const blockers = findIn(*value.table(), blockersKey))
        STINT_TRY(readBlockers(from, *blockers, row));
    return tellingOf(std::move(row), from.file);
}

} // namespace stint::fleet
