// What a run of a command is told of itself, as environment variables: one table, for stint-shell and for `stint help
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

/// What a command is told of its run.
struct CommandRun {
    JobId job;
    std::int64_t runsBefore = 0;
    WallTime deadline{}; ///< when it is asked to stop at the latest
    Spool spool;
};

struct RunVariable {
    const char* name;
    const char* meaning; ///< in a list of them
    std::string (*value)(const CommandRun&);
};

std::span<const RunVariable> runVariables();

/// `environment` ("NAME=value") with each of these once.
std::vector<std::string> withRunVariables(std::vector<std::string> environment, const CommandRun& facts);

} // namespace stint
