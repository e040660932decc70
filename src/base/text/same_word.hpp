// The spellings of a word.
#pragma once
#include <algorithm>
#include <string_view>

namespace stint {

/// True for words that differ only in how their parts are joined: battery-not-low as an option, battery_not_low in a
/// file.
constexpr bool isSameWord(std::string_view a, std::string_view b) {
    const auto joint = [](char letter) { return letter == '-' ? '_' : letter; };
    return std::ranges::equal(a, b, {}, joint, joint);
}

} // namespace stint
