// The environment variables by which a command learns about its run: one table, for stint-shell and for `stint help
// run`.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "programs/spool/spool.hpp"
#include "stint/units.hpp"

namespace stint {

/// The facts of a run, for its command.
struct CommandRun {
    JobId job;
    std::int64_t runsBefore = 0;
    WallTime deadline{}; ///< the latest time at which it is asked to stop
    Spool spool;
};

struct RunVariable {
    const char* name;
    const char* meaning; ///< for the list of variables
    std::string (*value)(const CommandRun&);
};

std::span<const RunVariable> runVariables();

/// `environment` ("NAME=value") with each of these once.
std::vector<std::string> withRunVariables(std::vector<std::string> environment, const CommandRun& facts);

} // namespace stint
