// Android's shell verbs, `cmd jobscheduler …`, with Android's output and return codes (jobs.md §8). One implementation,
// for the daemon's command line and for the simulator's `run:`.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "core/scheduler.hpp"

namespace stint {

/// `words` follow "cmd jobscheduler": {"run", "-f", "com.example.mail", "7"}. What is done is added to `step`.
VerbAnswer runVerb(Scheduler& core, std::span<const std::string> words, Now now, Step& step);

/// The same for `call`, which can wait: nullopt, and the core's Reply to it comes in a later step, where `run` finds
/// nothing missing but a network. lateAnswer() puts that Reply in words.
std::optional<VerbAnswer> runVerb(Scheduler& core, std::span<const std::string> words, CallId call, Now now,
                                  Step& step);
VerbAnswer lateAnswer(std::span<const std::string> words, const Reply& reply);

} // namespace stint
