// `stint` itself: a command line in, an exit code out. It is parsed to a verb and its arguments, by the table of verbs,
// of which the texts of `stint help` are made, too; and secrets are removed from the line, which every user of the
// machine can read in /proc. Like curl, it removes them once they were read; until then they can be seen.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "faces/cli/line/verbs.hpp"
#include "stint/result.hpp"

namespace stint::cli {

struct Invocation {
    const Verb* verb = nullptr; ///< never null
    Arguments arguments;
    OutputOptions output;
    bool wantsHelp = false;
};

/// Parses `line`, without the program's name, and not empty; runs nothing. An error names what was likely meant.
/// IllegalArgument: an unknown verb or option, too few or too many arguments, or a value that is not among the choices.
Result<Invocation> parse(const std::vector<std::string>& line);

/// The text of `stint help`, wrapped to `columns`: what stint is for, four lines to try, the verbs.
std::string overview(std::size_t columns);
/// The text of `stint help VERB`, wrapped to `columns`.
std::string helpFor(const Verb& verb, std::size_t columns);

/// Runs `line`, which is without the program's name: by the verb's own code, or by the program that its row names.
int runProgram(const std::vector<std::string>& line);

/// The same for another program of ours: `perform` does what the verb asks.
using Perform = std::function<int(const Invocation&, const Screen&)>;
int runProgram(const std::vector<std::string>& line, const Perform& perform);

/// After `get` and `put`, overwrites the values of --header, --cookie, --user and --proxy, and the name and password in
/// a URL.
void hideSecrets(std::span<char* const> words);

} // namespace stint::cli
