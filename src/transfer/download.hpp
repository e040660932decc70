// What a person asked for: one URL, one file. Checked before anything is touched.
#pragma once
#include <filesystem>
#include <string>

#include "stint/result.hpp"

namespace stint::transfer {

struct Download {
    std::string url;              ///< http, https or ftp
    std::filesystem::path output; ///< absolute; the file as it will be called
    std::string checksum;         ///< "sha256:" and 64 lower-case digits; empty: none is asked for
    bool overwrite = false;       ///< a file in the place of `output` may be replaced
};

/// `wish` with its checksum in lower case; IllegalArgument for a URL, a path or a checksum that can never be right.
Result<Download> checked(Download wish);

/// The URL without user, query and fragment: names the resource, where a signed link has a new query each time.
/// Empty for what is no URL.
std::string locationOf(const std::string& url);

/// Where a download lives until it is whole (linux.md §A.10): beside its target, so that a rename puts it in place.
struct PartPaths {
    std::filesystem::path directory;
    std::filesystem::path part;  ///< .NAME.stint-part
    std::filesystem::path state; ///< .NAME.stint-state
};
PartPaths partPathsOf(const std::filesystem::path& output);

} // namespace stint::transfer
