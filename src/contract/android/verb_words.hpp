// The words of a shell verb: options of jobs.md §8, then PACKAGE and JOB_ID; and its way to ask the core.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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

} // namespace stint
