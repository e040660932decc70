// One shell verb on its way: what it may ask the core, and what comes of it. Only verbs*.cpp include this.
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

/// What Android's shell commands return for words that are wrong, and for a request that was refused.
inline constexpr int verbFailed = -1;

struct VerbCall {
    Scheduler& core;
    Now now;
    Step& step;
    std::vector<std::string> words; ///< behind the service: {"step", "deep"}

    /// Hands an event to the core and answers its reply.
    Reply ask(const Event& event);
    /// The installed app of that name.
    std::optional<AppView> app(std::string_view package) const;
    /// The word at that place behind the verb; empty: there is none.
    std::string argument(std::size_t at) const { return at + 1 < words.size() ? words[at + 1] : ""; }
};

/// One of a service's verbs, with its line of the help.
template <class Call> struct Verb {
    std::string_view name;
    VerbAnswer (*act)(Call&);
    std::string_view usage;
};

/// Android's answer to a verb that is not there: it fails, and `help` names those that are.
VerbAnswer unknownVerb(const std::string& name, const std::string& help);

/// What the first word says; none, or `help`, lists the verbs.
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

// The services. Each expects words from its verb on.

VerbAnswer runDozeVerb(VerbCall& call);   ///< cmd deviceidle (limits.md §6.7)
VerbAnswer runBucketVerb(VerbCall& call); ///< am (limits.md §2.7)

} // namespace stint
