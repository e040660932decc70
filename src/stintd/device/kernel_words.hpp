// Small files of /sys: a word or a number, and a line's end.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/text/number.hpp"
#include "base/unix/proc.hpp"

namespace stint {

/// The file's text without the line's end; empty where there is no file.
inline std::string kernelWord(const std::filesystem::path& file) {
    std::string text = readFile(file).value_or("");
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.pop_back();
    return text;
}

/// nullopt unless the whole text is a number.
inline std::optional<std::int64_t> kernelNumberIn(std::string_view text) {
    const auto number = takeNumber<std::int64_t>(text);
    return text.empty() ? number : std::nullopt;
}

inline std::optional<std::int64_t> kernelNumber(const std::filesystem::path& file) {
    return kernelNumberIn(kernelWord(file));
}

} // namespace stint
