// Android's shell verbs, `cmd jobscheduler …`, with Android's output and return codes (jobs.md §8). One implementation,
// for the daemon's command line and for the simulator's `run:`.
#pragma once
#include <span>
#include <string>

#include "core/scheduler.hpp"

namespace stint {

struct VerbAnswer {
    int code = 0;    ///< as on Android; a process exits with its low byte
    std::string out; ///< lines for stdout
    std::string err; ///< lines for stderr
};

/// `words` follow "cmd jobscheduler": {"run", "-f", "com.example.mail", "7"}. What is done is added to `step`.
VerbAnswer runVerb(Scheduler& core, std::span<const std::string> words, Now now, Step& step);

} // namespace stint
