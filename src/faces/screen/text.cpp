#include "faces/screen/text.hpp"

#include <algorithm>
#include <cctype>
#include <cwchar>
#include <optional>
#include <utility>

#include "base/text/code_point.hpp"

namespace stint::cli {
namespace {

constexpr std::string_view ellipsis = "\xE2\x80\xA6";

std::size_t columnsOf(char32_t point) {
    if (point < 0x7F) return 1;
    const int width = ::wcwidth(static_cast<wchar_t>(point));
    return width < 0 ? 1 : static_cast<std::size_t>(width);
}

} // namespace

std::string shellWord(std::string_view word) {
    const auto isPlain = [](unsigned char sign) {
        return std::isalnum(sign) != 0 || sign >= 0x80 ||
               std::string_view("%+,-./:=@_").find(sign) != std::string_view::npos;
    };
    if (!word.empty() && std::ranges::all_of(word, isPlain)) return std::string(word);
    std::string quoted = "'";
    for (const char sign : word) {
        if (sign == '\'')
            quoted += R"('\'')";
        else
            quoted += sign;
    }
    return quoted + "'";
}

std::size_t widthOf(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty())
        width += columnsOf(takeCodePoint(text));
    return width;
}

std::string shortened(std::string_view text, std::size_t columns) {
    if (widthOf(text) <= columns) return std::string(text);
    if (columns == 0) return {};
    std::size_t used = 0;
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view before = rest;
        const std::size_t width = columnsOf(takeCodePoint(rest));
        if (used + width > columns - 1) return std::string(text.substr(0, text.size() - before.size())) += ellipsis;
        used += width;
    }
    return std::string(text);
}

std::string withShortWords(std::string_view text, std::size_t columns) {
    std::string made;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(" \n"), text.size());
        made += shortened(text.substr(0, end), columns);
        if (end < text.size()) made += text[end];
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return made;
}

std::vector<std::string> wrapped(std::string_view text, std::size_t columns) {
    std::vector<std::string> lines;
    std::string line;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(" \n"), text.size());
        const std::string_view word = text.substr(0, end);
        const bool breaks = end < text.size() && text[end] == '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.empty() && widthOf(line) + 1 + widthOf(word) > columns) lines.push_back(std::exchange(line, {}));
        line += (line.empty() ? "" : " ") + std::string(word);
        if (breaks) lines.push_back(std::exchange(line, {}));
    }
    if (!line.empty() || lines.empty()) lines.push_back(std::move(line));
    return lines;
}

std::string padRight(std::string text, std::size_t columns) {
    text.append(columns - std::min(columns, widthOf(text)), ' ');
    return text;
}

std::string padLeft(std::string text, std::size_t columns) {
    text.insert(0, columns - std::min(columns, widthOf(text)), ' ');
    return text;
}

} // namespace stint::cli
