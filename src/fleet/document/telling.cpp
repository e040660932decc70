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

TellingRow rowOf(const Telling& telling) {
    return {.round = telling.round,
            .sequence = telling.sequence,
            .slot = telling.slot,
            .step = telling.step,
            .code = telling.code,
            .phase = std::string(wordOf(telling.phase)),
            .outcome = std::string(wordOf(telling.outcome)),
            .words = fittingWords(telling.words)};
}

Result<Telling> tellingOf(TellingRow row, std::string_view name) {
    const Phase phase = *phaseIn(row.phase);
    const Outcome outcome = outcomeIn(row.outcome).value_or(Outcome::None);
    if ((phase == Phase::Ended) != (outcome != Outcome::None))
        return fail(Errc::ILLEGAL_ARGUMENT, "{}: an outcome is there where it has ended, and only there", name);
    return Telling{.round = static_cast<std::uint8_t>(row.round),
                   .sequence = row.sequence,
                   .slot = row.slot,
                   .phase = phase,
                   .outcome = outcome,
                   .step = row.step,
                   .code = static_cast<std::int32_t>(row.code),
                   .words = std::move(row.words)};
}

Value valueOf(const Telling& telling) {
    Value::Table table;
    writeFields(tellingFields<TellingRow>, rowOf(telling), table);
    return {std::move(table)};
}

Result<Telling> tellingFrom(const Origin& from, const Value& value) {
    STINT_TRY(checkKeys(from.file, from.file, value, keysOf(tellingFields<TellingRow>)));
    TellingRow row;
    STINT_TRY(readFields(from, "", value, tellingFields<TellingRow>, row));
    return tellingOf(std::move(row), from.file);
}

} // namespace stint::fleet
