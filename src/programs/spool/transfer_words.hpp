// Words of a transfer that are checked alike at both ends: where a person gives them (`stint get`, `stint put`), and
// where they are used (the transfer app, which any caller may have handed them).
#pragma once
#include <string>
#include <string_view>

#include "stint/result.hpp"

namespace stint {

/// "sha256:" and 64, or "sha512:" and 128 hexadecimal digits; answers it in lower case. IllegalArgument else.
Result<std::string> parseChecksum(std::string_view text);

/// `name`, a stranger's, as the name of a file: no slash, no control character, no mark of direction, no dot or dash
/// in front, no blank at either end, short enough for ".NAME.stint-part" to be a name. Empty for an empty one.
std::string harmlessFileName(std::string_view name);

/// "Name: value", one line. IllegalArgument for what is none, and for a header that the transfer sets itself: a second
/// Range or Content-Length would make a wrong file of a right answer.
Result<void> checkHeader(std::string_view line);

} // namespace stint
