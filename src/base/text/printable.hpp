// A stranger's words where a person reads them: on a terminal, in a log, in a line of JSON.
#pragma once
#include <string>
#include <string_view>

namespace stint {

/// `text` without what would steer a terminal or a reader's eye (steers()): that, and bytes that are no UTF-8, become
/// U+FFFD. Every word that came from an app, a server, a file or the command line goes through here before it is shown.
std::string printable(std::string_view text);
/// The same of each line; the lines' ends stay.
std::string printableLines(std::string_view lines);
/// A JSON text with the same code points written as \uXXXX: it means what it meant, and steers nothing. Expects JSON,
/// where they can only stand inside strings.
std::string printableJson(std::string_view json);

} // namespace stint
