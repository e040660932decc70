// Text taken apart, and in lower case.
#pragma once
#include <algorithm>
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

} // namespace stint
