// What `stint get` checks of its words before anything is scheduled: the URL, and the name a file gets.
// A URL is a stranger's text: no name made from it leaves the directory, hides itself, or steers a terminal.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "stint/result.hpp"

namespace stint::cli {

/// http, https or ftp, with a host, without blanks and control characters; else IllegalArgument, which names what
/// is supported.
Result<void> checkUrl(std::string_view url);

/// The last part of the URL's path, made harmless: decoded, no slash, no control character, no dot or dash in front,
/// short enough for ".NAME.stint-part" to be a file's name. "index.html" where the path has none.
std::string nameFromUrl(std::string_view url);

/// The file that is meant, absolute: `output` as given, or in it where it names a directory, or in `here`.
std::filesystem::path targetOf(std::string_view url, const std::optional<std::string>& output,
                               const std::filesystem::path& here);

/// System for a path that is no UTF-8: a job's words are text, and such a one would be another's at the other end.
Result<void> checkText(const std::filesystem::path& path);

/// Whether the file can come to be: its directory is there and may be written to, and nothing is in its place
/// (`overwrite`: a regular file may be). The sentence says what is wrong, and ends `stint get` with 73.
Result<void> checkTarget(const std::filesystem::path& target, bool overwrite);

} // namespace stint::cli
