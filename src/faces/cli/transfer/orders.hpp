// `stint get` and `stint put`: their checked arguments as orders, and the jobs that these schedule for the transfer
// app (jobs.md §1, architecture.md, transfers).
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "faces/cli/line/verbs.hpp"
#include "faces/cli/transfer/transfer_options.hpp"
#include "faces/control/calls.hpp"
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

// The transfers of orders, scheduled and followed as long as a person wants; from arguments to the exit code.

/// One transfer, with printable texts for people.
struct TransferTask {
    std::string action;           ///< "download http://h/x", behind "cannot"
    std::string going;            ///< "downloading to /home/a/x"
    std::string place;            ///< "/home/a/x", for programs
    std::string label;            ///< "x"
    std::filesystem::path target; ///< the file that it makes here; empty: none
    std::function<Result<JobInfo>(Manner)> job;
};

/// Schedules them in order, or none of them where a job that waits or runs makes one of their files already, and
/// follows them unless --no-wait. Returns 0, or the code of the first that failed.
int transferAll(const Arguments& given, const Screen& screen, const std::vector<TransferTask>& tasks);

/// The number of a list's downloads that run at once (jobs.md §14.1, pools): as -j says, else by the network and the
/// disk.
struct AtOnce {
    std::int32_t most = 0;
    std::string because; ///< why so many; empty: a person said so
};

/// A list of no more than this many is never held back.
inline constexpr std::int32_t fewAtOnce = 4;

/// The number that -j gives. IllegalArgument: not one that a pool may have.
Result<std::optional<std::int32_t>> atOnceIn(const Arguments&);

/// The usual number for files in `directory` over the one of `networks` that is in use.
AtOnce usualAtOnce(const std::vector<wire::NetworkRow>& networks, const std::filesystem::path& directory,
                   const std::filesystem::path& sysfs = "/sys");

/// True if the directory is on a disk that turns, as the kernel says below `sysfs`; false where that is not
/// known, as of a virtual disk.
bool isOnTurningDisk(const std::filesystem::path& directory, const std::filesystem::path& sysfs = "/sys");

} // namespace stint::cli
