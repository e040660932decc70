// The jobs that `stint get` schedules for the transfer app, from checked arguments (jobs.md §1, architecture.md,
// transfers).
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "faces/cli/line/arguments.hpp"
#include "faces/cli/transfer/transfer_job.hpp"
#include "faces/screen/terminal.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"

namespace stint::cli {

struct Wanted {
    std::string url;
    std::filesystem::path target;
    bool serverNames = false; ///< the target's name is used only if the server gives none
    std::string checksum;     ///< empty: none
    bool overwrite = false;
    Bytes largest = NETWORK_BYTES_UNKNOWN;
    Bytes size = NETWORK_BYTES_UNKNOWN;
    Conditions conditions;
    PersistableBundle reach; ///< putReach()

    bool operator==(const Wanted&) const = default;
};

/// The orders, one for each URL. IllegalArgument: a wrong URL, checksum, size or header, options that contradict each
/// other, or two URLs for one file. A relative output is in `here`. Does not look at the targets.
Result<std::vector<Wanted>> wantedBy(const Arguments&, const std::filesystem::path& here);

/// The job of one order: persisted, with the same conditions in either manner. The daemon chooses the id.
Result<JobInfo> jobFor(const Wanted&, Manner);

int get(const Arguments&, const Screen&);

} // namespace stint::cli
