// What `stint put` asks of the transfer app, as a job: from words that were checked.
#pragma once
#include <filesystem>
#include <string>

#include "cli/line/arguments.hpp"
#include "cli/transfer/transfer_job.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"

namespace stint::cli {

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

/// IllegalArgument: a URL or a header that can never be right, or words that contradict each other. System: no file
/// that can be read. A relative file is in `here`.
Result<Sent> sentBy(const Arguments&, const std::filesystem::path& here);

/// Persisted, with the same conditions in either manner. The id is the daemon's to give.
Result<JobInfo> jobFor(const Sent&, Manner);

} // namespace stint::cli
