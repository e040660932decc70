// Schedules jobs of the transfer app, and follows them as long as a person wants; from arguments to the exit code.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "faces/cli/line/verbs.hpp"
#include "faces/cli/transfer/transfer_options.hpp"
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

} // namespace stint::cli
