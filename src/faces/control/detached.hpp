// A program of ours, or a browser, that outlives the verb that started it.
#pragma once
#include <string>
#include <vector>

#include <sys/types.h>

#include "stint/result.hpp"

namespace stint::cli {

/// What it gets in place of ours.
struct Surroundings {
    std::string output;                      ///< a file that its words are added to
    std::vector<std::string> variables = {}; ///< of the environment, over ours
    int answers = -1;                        ///< a descriptor that is its stdout; -1: the file is
};

/// In a session of its own, away from the terminal and its signals.
Result<pid_t> startDetached(const std::vector<std::string>& words, const Surroundings& around);

/// What `program` has said last in the file, without its name before it.
std::string lastWordsIn(const std::string& file, const std::string& program);

} // namespace stint::cli
