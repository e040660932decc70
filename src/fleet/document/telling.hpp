// A device's report, but for whose it is, as members of a paper (fleet.md §4.1): the device keeps it in this form until
// its server has it (§4.5), and signs it in the same.
#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "fleet/document/campaign_fields.hpp"
#include "fleet/document/fields.hpp"
#include "fleet/document/words.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

/// A telling's members, each as its row has it. A paper with more of them has it as its base.
struct TellingRow {
    std::uint32_t round = 0, sequence = 0, slot = 0, step = 0;
    Bytes code = 0; ///< a whole number below 0, too
    std::string phase, outcome, words;
    WallTime forecast{}; ///< 1970: nobody knows
    std::vector<ToldBlocker> blockers;
};

/// A command's words as a report has them: the first of them that have room, cut at a character; lines stay, and what
/// steers a terminal does not.
std::string fittingWords(std::string_view words);

/// A command's words that are sealed (§4.1) begin with this, and are base64 after it.
inline constexpr std::string_view sealedMark = "sealed ";
/// The base64; empty: they are not sealed.
std::string_view sealedIn(std::string_view words);

// A device does not tell what the server alone knows.
std::string_view phaseRule(std::string_view word);
std::string_view outcomeRule(std::string_view word);
std::string_view wordsRule(std::string_view words);

// clang-format off
template <class Paper> inline constexpr auto tellingFields = std::to_array<Field<Paper>>({
    {.key = "round", .member = &Paper::round, .limits = {0, 255}, .meaning = "counts an operator's retries"},
    {.key = "sequence", .member = &Paper::sequence, .limits = {1, std::numeric_limits<std::uint32_t>::max()}, .must = true,
     .meaning = "counts the device's reports of the campaign"},
    {.key = "slot", .member = &Paper::slot, .limits = {0, std::numeric_limits<std::uint32_t>::max()},
     .meaning = "the slot that it has, or had last"},
    {.key = "phase", .member = &Paper::phase, .limits = {1, 16}, .must = true,
     .meaning = "its place in the campaign", .rule = phaseRule},
    {.key = "outcome", .member = &Paper::outcome, .limits = {1, 16}, .meaning = "its end", .rule = outcomeRule},
    {.key = "step", .member = &Paper::step, .limits = {0, 1'000}, .meaning = "the step, from 1 on"},
    {.key = "code", .member = &Paper::code,
     .limits = {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()},
     .meaning = "the code of the step that failed"},
    {.key = "words", .member = &Paper::words, .limits = {1, longestWords}, .meaning = "why, and what it printed",
     .rule = wordsRule},
    {.key = "forecast", .member = &Paper::forecast, .limits = anyTime, .meaning = "when its job may start"},
});
// clang-format on

/// The key that is no field: a table of reasons, each with the time since which it holds.
inline constexpr std::string_view blockersKey = "blockers";
Result<void> readBlockers(const Origin& from, const Value& value, TellingRow& into);
void writeBlockers(const TellingRow& row, Value::Table& into);

/// Its words are those of fittingWords().
TellingRow rowOf(const Telling& telling);
/// IllegalArgument: its members, each of which keeps its rule, contradict each other.
Result<Telling> tellingOf(TellingRow row, std::string_view name);

/// A table of its own.
Value valueOf(const Telling& telling);
/// IllegalArgument: it is none.
Result<Telling> tellingFrom(const Origin& from, const Value& value);

} // namespace stint::fleet
