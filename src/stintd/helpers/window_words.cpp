#include "stintd/helpers/window_words.hpp"

#include <algorithm>

#include "base/text/split.hpp"

namespace stint {
namespace {

constexpr char seen = '=', blind = '!';
constexpr std::string_view between = "\n";

} // namespace

bool isWindowName(std::string_view name) {
    const auto isControl = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
    return !name.empty() && name.size() <= longestWindowName && std::ranges::none_of(name, isControl);
}

std::string windowsText(const WindowNames& inFront) {
    std::string text(1, seen);
    std::size_t told = 0;
    for (const std::string& name : inFront) {
        if (!isWindowName(name)) continue;
        if (told++ == mostWindowNames) break;
        text.append(name).append(between);
    }
    return text;
}

std::string blindText(std::string_view why) {
    return std::string(1, blind).append(why.substr(0, longestWindowWord - 1));
}

WindowNames windowsFrom(std::string_view message) {
    WindowNames names;
    if (!message.starts_with(seen)) return names;
    for (const std::string_view name : splitAt(message.substr(1), between))
        if (isWindowName(name) && names.size() < mostWindowNames) names.emplace(name);
    return names;
}

std::string_view blindFrom(std::string_view message) {
    return message.starts_with(blind) ? message.substr(1) : std::string_view();
}

} // namespace stint
