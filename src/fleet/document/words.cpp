#include "fleet/document/words.hpp"

#include <algorithm>

namespace stint::fleet {

std::string_view wordOf(Phase phase) { return std::ranges::find(phaseRows, phase, &PhaseRow::phase)->word; }

std::string_view wordOf(Outcome outcome) {
    const auto row = std::ranges::find(outcomeRows, outcome, &OutcomeRow::outcome);
    return row == outcomeRows.end() ? std::string_view{} : row->word;
}

std::optional<Phase> phaseIn(std::string_view word) {
    const auto row = std::ranges::find(phaseRows, word, &PhaseRow::word);
    return row == phaseRows.end() ? std::nullopt : std::optional(row->phase);
}

std::optional<Outcome> outcomeIn(std::string_view word) {
    const auto row = std::ranges::find(outcomeRows, word, &OutcomeRow::word);
    return row == outcomeRows.end() ? std::nullopt : std::optional(row->outcome);
}

} // namespace stint::fleet
