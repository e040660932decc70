// Schedules jobs of the transfer app, and follows them as long as a person wants; from arguments to the exit code.
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
#include "stint/result.hpp"

namespace stint::cli {

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
