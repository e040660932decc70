// Words are the same however their parts are joined: battery-not-low as an option, battery_not_low in a file.
#pragma once
#include <algorithm>
#include <string_view>

namespace stint {

constexpr bool isSameWord(std::string_view a, std::string_view b) {
    const auto joint = [](char letter) { return letter == '-' ? '_' : letter; };
    return std::ranges::equal(a, b, {}, joint, joint);
}

} // namespace stint
