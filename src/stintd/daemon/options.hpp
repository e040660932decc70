// stintd's options: the command line, the XDG directories, and the policy files.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "contract/policy/policy.hpp"

namespace stint {

struct DaemonOptions {
    std::filesystem::path store;             ///< holds stint.db
    std::vector<std::filesystem::path> apps; ///< directories of manifests; the first one that has an app wins
    std::vector<PolicyFile> policy;          ///< the last file wins
    std::filesystem::path libexec;           ///< holds stint-exec and stint-transfer
    bool stored = false;                     ///< only tells what waits in the store (stored.hpp)
    unsigned long descriptors = 0;           ///< the limit at the start; started programs get it
    std::string faultCommit; ///< "alternate": every second commit fails; "7": the seventh (tests of faults)
};

/// Parses the command line; ends the process for --help, --version and usage errors (64).
DaemonOptions parseOptions(int argc, char** argv);

} // namespace stint
