// Text as a terminal shows it: how wide it is, what of it may be shown, and how it is shortened.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/code_point.hpp"

namespace stint::cli {

/// `text` without what would steer a terminal or a reader's eye: control characters, escape sequences' first byte,
/// marks that turn the direction of writing, and bytes that are no UTF-8 become U+FFFD. Every word that came from an
/// app, a server or a URL goes through here before it is printed.
std::string printable(std::string_view text);
/// The same of each line; the lines' ends stay.
std::string printableLines(std::string_view lines);

/// Columns that printable text takes: two for wide characters, none for combining ones.
std::size_t widthOf(std::string_view text);

/// At most `columns` wide; what is cut away is marked with "…" at the end.
std::string shortened(std::string_view text, std::size_t columns);

/// Its words in lines of at most `columns`; a newline always ends one, and a longer word has its own. Never empty.
std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

/// Filled up with spaces on the right, or on the left, to `columns`.
std::string padRight(std::string text, std::size_t columns);
std::string padLeft(std::string text, std::size_t columns);

} // namespace stint::cli
