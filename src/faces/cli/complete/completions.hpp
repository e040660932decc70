// Completions for bash, zsh and fish, made from the table of verbs: verbs, options and choices are in the script; for
// jobs and packages it calls `stint completions`.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "faces/cli/line/verbs.hpp"

namespace stint::cli {

/// The words that may stand at a place, as far as a shell can complete them.
struct Candidates {
    enum class Kind : std::uint8_t { None, Choices, Files, Jobs, Packages, Verbs } kind = Kind::None;
    std::vector<std::string_view> choices; ///< for the kind Choices
    bool repeats = false;                  ///< further words may be the same
};

/// The candidates for an option's value or a verb's words, in the table's form: "any|unmetered", "FILE…", "[PACKAGE]",
/// "JOB".
Candidates candidatesFor(std::string_view words);

/// The first words of all verbs, each once, and those that may follow one: "stop" after "tasks".
std::vector<std::string_view> firstWords();
std::vector<std::string_view> secondWords(std::string_view first);
/// The verb's own options and everyone's.
std::vector<Option> allOptions(const Verb& verb);
/// "-o" and "--output" of "-o,--output".
std::vector<std::string_view> namesOf(const Option& option);

// The scripts that `stint completions SHELL` prints.
namespace bash {
std::string completions();
}
namespace zsh {
std::string completions();
}
namespace fish {
std::string completions();
}

} // namespace stint::cli
