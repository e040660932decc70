#include "fleet/steps/doing.hpp"

#include "base/text/printable.hpp"

namespace stint::fleet {

namespace {

std::string_view tailOf(std::string_view text, std::size_t most) {
    if (text.size() > most) text.remove_prefix(text.size() - most);
    while (!text.empty() && continuesCharacter(text.front()))
        text.remove_prefix(1);
    return text;
}

} // namespace

Errand::StepEnded notNow(std::int32_t code, std::string words) {
    return {.code = code, .isForGood = false, .words = std::move(words)};
}

Errand::StepEnded forGood(std::int32_t code, std::string words) {
    return {.code = code, .isForGood = true, .words = std::move(words)};
}

std::string lastLines(std::string_view text, std::size_t most) {
    // Bytes that are replaced become longer, so it is cut once more.
    return std::string(tailOf(printableLines(tailOf(text, most)), most));
}

} // namespace stint::fleet
