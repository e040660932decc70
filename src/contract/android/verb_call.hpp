// One call of a shell verb: its way to the core, and its answer. Only verbs*.cpp include this.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "contract/android/verb_words.hpp"
#include "contract/android/verbs.hpp"

namespace stint {

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

VerbAnswer runDozeVerb(VerbCall& call);   ///< cmd deviceidle (limits.md §6.7)
VerbAnswer runBucketVerb(VerbCall& call); ///< am (limits.md §2.7)

} // namespace stint
