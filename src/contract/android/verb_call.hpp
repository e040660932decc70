// One call of a shell verb: its words (options of jobs.md §8, then PACKAGE and JOB_ID), its way to ask the core, and
// its answer. VerbCall is for `cmd deviceidle` and `am`, JobCall for `cmd jobscheduler`. Only verbs*.cpp include this.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "contract/android/verbs.hpp"
#include "contract/core/scheduler.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

/// Hands an event to the core, and returns the reply to `call`, or to a call that nobody waits for; nullopt: it comes
/// later. Replies to other calls go to their callers by `step`.
std::optional<Reply> askCore(Scheduler& core, const Event& event, CallId call, Now now, Step& step);

/// True for a word that asks for the help: `help`, and the options that other programs take for it.
inline bool asksForHelp(std::string_view word) { return word == "help" || word == "-h" || word == "--help"; }
/// True if the words of one verb ask for its line of the help.
inline bool asksForUsage(std::span<const std::string> words) {
    return words.size() == 2 && (words[1] == "-h" || words[1] == "--help");
}

struct VerbWords {
    /// "Error: unknown option 'X'" for an unknown option, an option without its value, and a job that is no number.
    static Result<VerbWords> parse(std::span<const std::string> words);

    std::string user = "0";
    std::string space; ///< empty: the root namespace
    std::vector<std::string> rest;
    std::map<std::string, std::string, std::less<>> options; ///< by the name given; flags have no value

    std::string package() const { return rest.empty() ? std::string{} : rest[0]; }
    std::optional<JobId> job() const;
    bool has(std::string_view shortName, std::string_view longName) const {
        return options.contains(shortName) || options.contains(longName);
    }
    std::optional<int> number(std::string_view shortName, std::string_view longName) const;
};

/// The code of Android's shell commands for wrong words, and for a request that was refused.
inline constexpr int verbFailed = -1;

struct VerbCall {
    Scheduler& core;
    Now now;
    Step& step;
    std::vector<std::string> words; ///< behind the service: {"step", "deep"}

    /// Hands an event to the core and returns its reply.
    Reply ask(const Event& event);
    /// The installed app of that name.
    std::optional<AppView> app(std::string_view package) const;
    /// The word at place `at` behind the verb, from 0; empty: there is none.
    std::string argument(std::size_t at) const { return at + 1 < words.size() ? words[at + 1] : ""; }
};

/// One of a service's verbs, with its line of the help.
template <class Call> struct Verb {
    std::string_view name;
    VerbAnswer (*act)(Call&);
    std::string_view usage;
};

/// Android's answer to an unknown verb: it fails, and `help` lists the known ones.
VerbAnswer unknownVerb(const std::string& name, const std::string& help);

/// Runs the verb that the first word names; no word, or `help`, lists the verbs.
template <class Call> VerbAnswer runOneOf(std::span<const Verb<Call>> verbs, std::string_view title, Call& call) {
    const std::string name = call.words.empty() ? "help" : call.words.front();
    std::string help = fmt::format("{}:\n", title);
    for (const Verb<Call>& verb : verbs) {
        if (verb.name == name && asksForUsage(call.words)) return {0, fmt::format("{}\n", verb.usage), ""};
        if (verb.name == name) return verb.act(call);
        help += fmt::format("  {}\n", verb.usage);
    }
    help += "  help\n";
    return asksForHelp(name) ? VerbAnswer{0, help, ""} : unknownVerb(name, help);
}

// The services. Each expects words that begin with its verb.

VerbAnswer runDozeVerb(VerbCall& call);     ///< cmd deviceidle (limits.md §6.7)
VerbAnswer runActivityVerb(VerbCall& call); ///< am (limits.md §2.7, jobs.md §7.4)

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
