// Words: text taken apart, and in lower case; words that are the same however their parts are joined, battery-not-low
// as an option, battery_not_low in a file; and the known word a person most likely meant, for messages of the kind
// "unknown key "labell" (did you mean "label"?)".
#pragma once
#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace stint {

/// The parts between the separators, empty ones too: one part if there is no separator.
inline std::vector<std::string_view> splitAt(std::string_view text, std::string_view separator) {
    std::vector<std::string_view> parts;
    for (auto end = text.find(separator); end != std::string_view::npos; end = text.find(separator)) {
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end + separator.size());
    }
    parts.push_back(text);
    return parts;
}

/// `text` with ASCII's letters in lower case.
inline std::string lowered(std::string_view text) {
    std::string low(text);
    std::ranges::transform(low, low.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return low;
}

/// True for words that differ only in how their parts are joined: battery-not-low as an option, battery_not_low in a
/// file.
constexpr bool isSameWord(std::string_view a, std::string_view b) {
    const auto joint = [](char letter) { return letter == '-' ? '_' : letter; };
    return std::ranges::equal(a, b, {}, joint, joint);
}

/// The known word with the fewest letters changed, added, left out, or exchanged with their neighbour; the first of
/// equals. nullopt if these were more than a quarter of `word` (and more than one), or all of its letters: a guess that
/// far off misleads.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> known);

} // namespace stint
