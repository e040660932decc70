// The table of verbs, with their arguments and help. The parser, `stint help` and the shells' completions are made from
// it. A verb's row stands beside its code; commands.hpp lists them.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "faces/cli/line/arguments.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli {

struct Option {
    std::string_view names; ///< "-o,--output"; the last is the long one
    std::string_view value; ///< "FILE"; empty: a flag. "any|unmetered": one of these
    std::string_view help;
    bool repeats = false;         ///< may be given more than once
    std::string_view setter = {}; ///< the method of JobInfo::Builder that it stands for

    bool isFlag() const { return value.empty(); }
    /// The last of its names, without dashes: "output".
    std::string_view longName() const;
    /// True for each of its names, and for its androidName().
    bool isCalled(std::string_view name) const;
    /// A further name, which is listed nowhere: "--requires-charging" for setRequiresCharging; empty: it has no setter.
    std::string androidName() const;
    /// The choices in `value`, if it lists any.
    std::vector<std::string_view> choices() const;
};

struct Example {
    std::string_view line;
    std::string_view what;
};

/// An option of other programs, for people who type it here.
struct OptionElsewhere {
    std::string_view names; ///< in the form of Option::names
    std::string_view here;  ///< follows a colon: how it is here, or what to write

    bool isCalled(std::string_view name) const;
};

struct Verb {
    static constexpr std::size_t many = 1000;

    std::string_view name;  ///< "get", "tasks stop"
    std::string_view words; ///< its arguments: "URL", "[PACKAGE]", "KEY=VALUE…"
    std::size_t fewest = 0; ///< how many words it takes
    std::size_t most = 0;
    /// The words that belong to another program, dashes included: none of them is an option of ours.
    enum class Passes : std::uint8_t { Nothing, BehindFirstWord, BehindDashes, Everything } passes = Passes::Nothing;
    std::string_view summary;
    std::string_view about; ///< paragraphs for `stint help VERB`
    std::vector<Option> options;
    std::vector<Example> examples;
    int (*run)(const Arguments&, const Screen&) = nullptr;
    std::vector<std::string_view> elsewhere = {}; ///< its names in other programs, for people who type those
    std::vector<OptionElsewhere> optionsElsewhere = {};
    std::string_view program = {}; ///< in place of `run`: the program of ours that does it, given the same line
};

std::span<const Verb> verbs();

/// The options of every verb: --json, --plain, --quiet, --help.
std::span<const Option> commonOptions();

/// The sentence, with our option before each setter in it: "--every (setPeriodic)" for "setPeriodic".
std::string withOptionsOf(const Verb& verb, std::string_view sentence);

/// The verb of exactly this name; nullptr: none.
const Verb* verbNamed(std::string_view name);

} // namespace stint::cli
