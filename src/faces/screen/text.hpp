// Text on a terminal: measured, shortened, wrapped.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/text/printable.hpp"

namespace stint::cli {

/// The gap between columns.
constexpr std::string_view columnGap = "  ";

/// Columns that printable text takes: two for wide characters, none for combining ones.
std::size_t widthOf(std::string_view text);

/// A word as a person would type it to a shell: in quotes where it needs them.
std::string shellWord(std::string_view word);

/// The text, at most `columns` wide; a shortened one ends with "…".
std::string shortened(std::string_view text, std::size_t columns);

/// The text with each word wider than `columns` cut, ending with "…": a typed word may be of any length.
std::string withShortWords(std::string_view text, std::size_t columns);

/// The text's words in lines of at most `columns`; a newline ends a line, and a longer word has its own. Never empty.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

/// The text filled up with spaces on the right, or on the left, to `columns`.
std::string padRight(std::string text, std::size_t columns);
std::string padLeft(std::string text, std::size_t columns);

} // namespace stint::cli
