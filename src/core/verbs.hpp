// Android's shell verbs, with Android's output and return codes: `cmd jobscheduler …` (jobs.md §8), `cmd deviceidle …`
// (limits.md §6.7) and `am set-standby-bucket …` (§2.7). One implementation, for the daemon's command line and for the
// simulator's `run:`.
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

/// `words` as they stand behind `stint`: {"cmd", "jobscheduler", "run", "-f", "com.example.mail", "7"}. What is done is
/// added to `step`. Code 1, and the names of those there are, where the first word is no verb of these; 20, as
/// Android's `cmd`, where there is no such service.
VerbAnswer runVerb(Scheduler& core, std::span<const std::string> words, Now now, Step& step);

} // namespace stint
