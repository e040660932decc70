// One call of a verb of `cmd jobscheduler`: its words, and its answer. Only for the verbs' own files.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "contract/android/verb_words.hpp"
#include "contract/core/scheduler.hpp"

namespace stint {

// jobs.md §8, the codes of JobSchedulerShellCommand.
namespace verb_code {
inline constexpr int wrongWord = 1;
inline constexpr int failed = -1;
inline constexpr int noPackage = -1000;
inline constexpr int noJob = -1001;
inline constexpr int notReady = -1002;
} // namespace verb_code

struct JobCall {
    Scheduler& core;
    VerbWords words;
    CallId call; ///< the call that can wait for its answer; 0: none can
    Now now;
    Step& step;

    /// Hands an event to the core and returns its reply; nullopt: the reply comes later.
    std::optional<Reply> ask(const Event& event);
    bool installed(const AppId& app) const;
    /// The tracked job that the words name; nullopt: there is none.
    std::optional<JobView> job() const;
    JobKey key() const { return {AppId{words.package()}, words.space, words.job().value_or(JobId{})}; }
};

/// A verb's action; nullopt: its answer comes later.
using VerbAct = std::optional<VerbAnswer> (*)(JobCall&);

struct JobVerb {
    std::string_view name;
    VerbAct act;
    std::string_view usage; ///< its line of the help
};

/// "Error: expected PACKAGE JOB_ID".
VerbAnswer wants(std::string_view what);
/// "Error: unknown option X", for a word that the verb does not take.
VerbAnswer wrongWord(const std::string& word);
VerbAnswer missingPackage(const VerbWords& words);
VerbAnswer missingJob(const VerbWords& words);

/// The verbs that read, and those that fake or reset something for a test (verbs_getters.cpp).
std::span<const JobVerb> getters();

/// Runs the verb; `words` begin with it. nullopt: the answer to `call` comes later (verbs.hpp).
std::optional<VerbAnswer> runJobVerb(Scheduler& core, std::span<const std::string> words, CallId call, Now now,
                                     Step& step);
VerbAnswer lateJobAnswer(std::span<const std::string> words, const Reply& reply);

} // namespace stint
