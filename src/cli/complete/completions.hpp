// Completions for bash, zsh and fish, made from the table of verbs: what of a command line can be told from the table
// (verbs, options, their choices) is in the script; jobs and packages the script asks `stint completions` for.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cli/line/verbs.hpp"

namespace stint::cli {

/// What a word may be, as far as a shell can help.
struct Candidates {
    enum class Kind : std::uint8_t { None, Choices, Files, Jobs, Packages, Verbs } kind = Kind::None;
    std::vector<std::string_view> choices; ///< of kind Choices
    bool repeats = false;                  ///< the words behind it may be the same
};

/// Of an option's value or a verb's words, by how the table writes them: "any|unmetered", "FILE…", "[PACKAGE]", "JOB".
Candidates candidatesFor(std::string_view words);

/// The first words of all verbs, each once, and those that may follow one: "stop" behind "tasks".
std::vector<std::string_view> firstWords();
std::vector<std::string_view> secondWords(std::string_view first);
/// The verb's own options and everyone's.
std::vector<Option> allOptions(const Verb& verb);
/// "-o" and "--output" of "-o,--output".
std::vector<std::string_view> namesOf(const Option& option);

std::string bashCompletions();
std::string zshCompletions();
std::string fishCompletions();

} // namespace stint::cli
