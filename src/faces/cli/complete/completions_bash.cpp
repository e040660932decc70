// The script of bash (Programmable Completion in its manual).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "faces/cli/complete/completions.hpp"

namespace stint::cli::bash {
namespace {

using Kind = Candidates::Kind;

constexpr std::string_view head =
    R"(# bash completion of stint, made by `stint completions bash` from its table of verbs.
_stint_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word"); }
# What a daemon tells are others' words: never expanded, and quoted where they are put on the line.
_stint_lines() {
    local line
    while IFS= read -r line; do
        [[ $line == "$word"* ]] || continue
        printf -v line %q "$line"
        COMPREPLY+=("$line")
    done
}
_stint_files() {
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
_stint() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} verb='' nth=0 i
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == -* ]] && continue
        if [[ -z $verb ]]; then
            verb=${COMP_WORDS[i]}
        elif [[ $nth == 0 && $_stint_pairs == *"|$verb ${COMP_WORDS[i]}|"* ]]; then
            verb+=" ${COMP_WORDS[i]}"
        else
            nth=$((nth + 1))
        fi
    done
    [[ $before == '=' ]] && before=${COMP_WORDS[COMP_CWORD - 2]}
    COMPREPLY=()
)";

std::string action(const Candidates& candidates) {
    switch (candidates.kind) {
    case Kind::None:
        return "";
    case Kind::Choices:
        return fmt::format("_stint_words '{}'", fmt::join(candidates.choices, " "));
    case Kind::Files:
        return "_stint_files";
    case Kind::Jobs:
        return "_stint_lines < <(stint completions jobs \"=$word\" 2>/dev/null)";
    case Kind::Packages:
        return "_stint_lines < <(stint completions packages 2>/dev/null)";
    case Kind::Verbs:
        return fmt::format("_stint_words '{}'", fmt::join(firstWords(), " "));
    }
    return "";
}

/// The cases that complete an option's value.
std::string valueCases() {
    std::string text = "    case \"$verb $before\" in\n";
    for (const Verb& verb : verbs())
        for (const Option& option : allOptions(verb)) {
            if (option.isFlag()) continue;
            std::vector<std::string> patterns;
            for (const auto name : namesOf(option))
                patterns.push_back(fmt::format("'{} {}'", verb.name, name));
            const std::string does = action(candidatesFor(option.value));
            text += fmt::format("    {}) {}; return ;;\n", fmt::join(patterns, " | "), does.empty() ? ":" : does);
        }
    return text + "    esac\n";
}

std::string optionCases() {
    std::string text = "    if [[ $word == -* ]]; then\n        case $verb in\n";
    for (const Verb& verb : verbs()) {
        std::vector<std::string_view> names;
        for (const Option& option : allOptions(verb))
            for (const auto name : namesOf(option))
                names.push_back(name);
        text += fmt::format("        '{}') _stint_words '{}' ;;\n", verb.name, fmt::join(names, " "));
    }
    return text + "        esac\n        return\n    fi\n";
}

/// The cases that complete a verb's words, and those that make it another verb: "stop" after "tasks".
std::string wordCases() {
    std::string text = fmt::format("    case $verb in\n    '') _stint_words '{}' ;;\n", fmt::join(firstWords(), " "));
    for (const Verb& verb : verbs()) {
        const Candidates candidates = candidatesFor(verb.words);
        const auto seconds = secondWords(verb.name);
        std::string does = action(candidates);
        if (does.empty() && !seconds.empty()) does = fmt::format("_stint_words '{}'", fmt::join(seconds, " "));
        if (does.empty()) continue;
        text += candidates.repeats ? fmt::format("    '{}') {} ;;\n", verb.name, does)
                                   : fmt::format("    '{}') [[ $nth == 0 ]] && {} ;;\n", verb.name, does);
    }
    return text + "    esac\n}\n";
}

} // namespace

std::string completions() {
    std::string pairs = "|";
    for (const Verb& verb : verbs())
        if (verb.name.find(' ') != std::string_view::npos) pairs += fmt::format("{}|", verb.name);
    return fmt::format("{}{}{}{}_stint_pairs='{}'\ncomplete -F _stint stint\n", head, valueCases(), optionCases(),
                       wordCases(), pairs);
}

} // namespace stint::cli::bash
