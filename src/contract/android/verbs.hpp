// Android's shell verbs, with Android's output and return codes: `cmd jobscheduler …` (jobs.md §8), `cmd deviceidle …`
// (limits.md §6.7) and `am set-standby-bucket …` (§2.7). One implementation, for the daemon's command line and for the
// simulator's `run:`.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "contract/core/scheduler.hpp"

namespace stint {

/// Runs the verb of `words`, which are those behind `stint`: {"cmd", "jobscheduler", "run", "-f", "com.example.mail",
/// "7"}. Records and effects are added to `step`. Code 1, and the names of the verbs, if the first word is none of
/// them; 20, like Android's `cmd`, if there is no such service.
VerbAnswer runVerb(Scheduler& core, std::span<const std::string> words, Now now, Step& step);

/// The same for `call`, which can wait: nullopt, and the core's Reply to it comes in a later step, where
/// `cmd jobscheduler run` finds nothing missing but a network. lateAnswer() puts that Reply in words.
std::optional<VerbAnswer> runVerb(Scheduler& core, std::span<const std::string> words, CallId call, Now now,
                                  Step& step);
VerbAnswer lateAnswer(std::span<const std::string> words, const Reply& reply);

} // namespace stint
