// `stint get` and `stint put`: their checked arguments as orders, and the jobs that these schedule for the transfer
// app (jobs.md §1, architecture.md, transfers).
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "faces/cli/line/verbs.hpp"
#include "faces/cli/transfer/transfer_options.hpp"
#include "faces/screen/terminal.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"

namespace stint::cli {

struct Wanted {
    std::string url;
    std::filesystem::path target;
    bool serverNames = false;         ///< the target's name is used only if the server gives none
    std::vector<std::string> mirrors; ///< further URLs of the same file
    std::string checksum;             ///< empty: none
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

struct Sent {
    std::filesystem::path source;
    std::string url;
    bool tus = false;
    bool discardOnCancel = false;
    Bytes size = 0;
    Conditions conditions;
    PersistableBundle reach; ///< putReach()

    bool operator==(const Sent&) const = default;
};

/// The order of an upload. IllegalArgument: a wrong URL or header, or options that contradict each other. System: the
/// file cannot be read. A relative file is in `here`.
Result<Sent> sentBy(const Arguments&, const std::filesystem::path& here);

/// The job of that order: persisted, with the same conditions in either manner. The daemon chooses the id.
Result<JobInfo> jobFor(const Sent&, Manner);

int put(const Arguments&, const Screen&);

} // namespace stint::cli
