// What `stint get` asks of the transfer app, as jobs: from words that were checked (jobs.md §1, architecture.md,
// transfers).
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "cli/line/arguments.hpp"
#include "cli/transfer/transfer_job.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"

namespace stint::cli {

struct Wanted {
    std::string url;
    std::filesystem::path target;
    bool serverNames = false; ///< the target's name is only where the server gives none
    std::string checksum;     ///< empty: none
    bool overwrite = false;
    Bytes largest = unknownBytes;
    Bytes size = unknownBytes;
    Conditions conditions;
    PersistableBundle reach; ///< putReach()

    bool operator==(const Wanted&) const = default;
};

/// One for each URL. IllegalArgument: a URL, a checksum, a size or a header that can never be right, words that
/// contradict each other, or two URLs for one file. A relative output is in `here`. The targets themselves are not
/// looked at.
Result<std::vector<Wanted>> wantedBy(const Arguments&, const std::filesystem::path& here);

/// Persisted, with the same conditions in either manner. The id is the daemon's to give.
Result<JobInfo> jobFor(const Wanted&, Manner);

} // namespace stint::cli
