// A program of ours, or a browser, that outlives the verb that started it.
#pragma once
#include <string>
#include <vector>

#include <sys/types.h>

#include "stint/result.hpp"

namespace stint::cli {

/// The program's output, environment and stdout, in place of ours.
struct Surroundings {
    std::string output;                      ///< a file to which its output is appended
    std::vector<std::string> variables = {}; ///< environment variables that override ours
    int answers = -1;                        ///< a descriptor that is its stdout; -1: `output` is
};

/// Starts the program in a session of its own, away from the terminal and its signals.
Result<pid_t> startDetached(const std::vector<std::string>& words, const Surroundings& around);

/// The last line that `program` wrote to the file, without its name in front.
std::string lastWordsIn(const std::string& file, const std::string& program);

} // namespace stint::cli
