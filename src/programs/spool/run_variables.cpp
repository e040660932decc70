#include "programs/spool/run_variables.hpp"

#include <array>
#include <chrono>

namespace stint {
namespace {

std::string deadlineText(const CommandRun& facts) {
    return std::to_string(std::chrono::floor<std::chrono::seconds>(facts.deadline.time_since_epoch()).count());
}

// clang-format off
constexpr std::array variables{
    RunVariable{"STINT_JOB",             "its job's number",                                         [](const CommandRun& f) { return std::to_string(f.job.value); }},
    RunVariable{"STINT_RUNS_BEFORE",     "how many runs it has had: 0 in the first",                 [](const CommandRun& f) { return std::to_string(f.runsBefore); }},
    RunVariable{"STINT_DEADLINE",        "when it gets SIGTERM at the latest, in seconds since 1970", deadlineText},
    RunVariable{"STINT_STATE_DIRECTORY", "a directory that lasts until its job has ended",           [](const CommandRun& f) { return f.spool.state().string(); }},
    RunVariable{"STINT_STOP_REASON",     "a file that says, after SIGTERM, why: TIMEOUT, USER, …",   [](const CommandRun& f) { return f.spool.stopReason().string(); }},
};
// clang-format on

} // namespace

std::span<const RunVariable> runVariables() { return variables; }

std::vector<std::string> withRunVariables(std::vector<std::string> environment, const CommandRun& facts) {
    for (const RunVariable& variable : variables) {
        const std::string begin = std::string(variable.name) + "=";
        std::erase_if(environment, [&begin](const std::string& other) { return other.starts_with(begin); });
        environment.push_back(begin + variable.value(facts));
    }
    return environment;
}

} // namespace stint
