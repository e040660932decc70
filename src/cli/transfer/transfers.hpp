// Jobs of the transfer app from a verb's words to its exit code: scheduled, and followed as long as a person wants to
// look on.
#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cli/line/arguments.hpp"
#include "cli/screen/terminal.hpp"
#include "cli/transfer/transfer_job.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// One of them, in words for people, printable.
struct Errand {
    std::string deed;  ///< "download http://h/x", behind "cannot"
    std::string going; ///< "downloading to /home/a/x"
    std::string place; ///< "/home/a/x", for programs
    std::string label; ///< "x"
    std::function<Result<JobInfo>(Manner)> job;
};

/// Schedules them in order, and follows them unless --no-wait. 0, or the code of the first that failed.
int transferAll(const Arguments& given, const Screen& screen, const std::vector<Errand>& errands);

/// Where this command was called.
Result<std::filesystem::path> workingDirectory();

} // namespace stint::cli
