// What `stint get` asks of the transfer app, as a job: pure, from words that were checked (jobs.md §1, design.md,
// transfers).
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "cli/arguments.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"

namespace stint::cli {

struct Wanted {
    std::string url;
    std::filesystem::path target;
    std::string checksum; ///< empty: none
    bool overwrite = false;
    std::int32_t network = JobInfo::NETWORK_TYPE_ANY;
    bool charging = false;
    bool batteryNotLow = false;
    bool storageNotLow = false;
    Bytes size = unknownBytes;

    bool operator==(const Wanted&) const = default;
};

/// IllegalArgument: a URL, a checksum or a size that can never be right, or networks that contradict each other.
/// A relative output is in `here`. The target itself is not looked at.
Result<Wanted> wantedBy(const Arguments&, const std::filesystem::path& here);

/// How the job runs: because a person looks on, or when the device sees fit.
enum class Manner { UserInitiated, Regular };

/// Persisted, with the same conditions in either manner. The id is the daemon's to give.
Result<JobInfo> jobFor(const Wanted&, Manner);

} // namespace stint::cli
