// Parses a command line to a verb and its arguments, by the table of verbs. An error names what was likely meant;
// nothing is run here.
#pragma once
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

/// `line` without the program's name, and not empty. IllegalArgument: an unknown verb or option, too few or too many
/// arguments, or a value that is not among the choices.
Result<Invocation> parse(const std::vector<std::string>& line);

} // namespace stint::cli
