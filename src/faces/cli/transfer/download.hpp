// The checks of `stint get` before anything is scheduled: the URL, the file's name, and that no other job makes the
// same file: two downloads of one file would take turns at its part, or the second would find the file in its way
// after hours.
// A URL is untrusted: a name made from it must not leave the directory, be hidden, or control a terminal.
#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/view.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// Checks that the URL is http, https or ftp, with a host, without blanks and control characters. IllegalArgument lists
/// the supported schemes.
Result<void> checkUrl(std::string_view url);

/// The last part of the URL's path, made harmless: decoded, no slash, no control character, no dot or dash in front,
/// short enough for ".NAME.stint-part" to be a file's name. "index.html" if the path has none.
std::string nameFromUrl(std::string_view url);

/// The absolute target: `output`, or a file in it if it is a directory, or a file in `here`.
std::filesystem::path targetOf(std::string_view url, const std::optional<std::string>& output,
                               const std::filesystem::path& here);

/// Checks that a path is UTF-8: a job holds text, so another path would change on its way. Else System.
Result<void> checkText(const std::filesystem::path& path);

/// Checks that the file can be created: its directory exists and is writable, and nothing is in its place (`overwrite`:
/// a regular file may be). An error ends `stint get` with 73.
Result<void> checkTarget(const std::filesystem::path& target, bool overwrite);

/// The files that jobs of the transfer app make.
class LiveTargets {
public:
    /// `live`, the jobs, must outlive it.
    explicit LiveTargets(const std::vector<JobView>& live);
    /// Succeeds if none of the jobs makes `target`, by whatever path the job names it; an Error names the job. An empty
    /// target is vacant. The name that a server will give a file is not known yet, and does not count.
    Result<void> checkVacant(const std::filesystem::path& target) const;

private:
    std::multimap<std::string, const JobView*, std::less<>> byName_; ///< by their last names
};

} // namespace stint::cli
