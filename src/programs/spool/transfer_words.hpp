// Words of a transfer that are checked alike at both ends: where a person types them (`stint get`, `stint put`), and
// where they are used (the transfer app, to which any caller may give them).
#pragma once
#include <string>
#include <string_view>

#include "stint/result.hpp"

namespace stint {

/// Checks "sha256:" and 64, or "sha512:" and 128 hexadecimal digits; returns it in lower case. IllegalArgument else.
Result<std::string> parseChecksum(std::string_view text);

/// A stranger's `name`, made the name of a file: no slash, no control character, no mark of direction, no dot or dash
/// in front, no blank at either end, short enough for ".NAME.stint-part" to be a name. Empty for an empty one.
std::string harmlessFileName(std::string_view name);

/// Checks "Name: value", one line. IllegalArgument for anything else, and for a header that the transfer sets itself: a
/// second Range or Content-Length would make a wrong file of a right answer.
Result<void> checkHeader(std::string_view line);

} // namespace stint
