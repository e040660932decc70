// The job that `stint put` schedules for the transfer app, from checked arguments.
#pragma once
#include <filesystem>
#include <string>

#include "faces/cli/line/arguments.hpp"
#include "faces/cli/transfer/transfer_job.hpp"
#include "faces/screen/terminal.hpp"
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

/// The order of an upload. IllegalArgument: a wrong URL or header, or options that contradict each other. System: the
/// file cannot be read. A relative file is in `here`.
Result<Sent> sentBy(const Arguments&, const std::filesystem::path& here);

/// The job of that order: persisted, with the same conditions in either manner. The daemon chooses the id.
Result<JobInfo> jobFor(const Sent&, Manner);

int put(const Arguments&, const Screen&);

} // namespace stint::cli
