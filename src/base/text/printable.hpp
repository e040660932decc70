// A stranger's words made safe for a person to read: on a terminal, in a log, in a line of JSON.
#pragma once
#include <string>
#include <string_view>

namespace stint {

/// `text` in which U+FFFD replaces characters that would steer a terminal or a reader's eye (steers()), and bytes that
/// are not UTF-8. Every word from an app, a server, a file or the command line goes through here before it is shown.
std::string printable(std::string_view text);
/// The same for each line; line ends stay.
std::string printableLines(std::string_view lines);
/// A JSON text with these code points written as \uXXXX: its meaning stays, and it steers nothing. Expects JSON, where
/// they can only stand inside strings.
std::string printableJson(std::string_view json);

} // namespace stint
