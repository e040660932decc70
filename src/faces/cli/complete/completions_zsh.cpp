// The script of zsh (compsys in its manual: _describe, compadd, _files).
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "faces/cli/complete/completions.hpp"

namespace stint::cli::zsh {
namespace {

using Kind = Candidates::Kind;

constexpr std::string_view head = R"(#compdef stint
# zsh completion of stint, made by `stint completions zsh` from its table of verbs.
_stint() {
  local pairs=)";
constexpr std::string_view body = R"(
  local verb='' before=$words[CURRENT-1] word i
  integer nth=0
  local -a list
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    [[ $word == -* ]] && continue
    if [[ -z $verb ]]; then
      verb=$word
    elif [[ $nth == 0 && $pairs == *"|$verb $word|"* ]]; then
      verb+=" $word"
    else
      nth+=1
    fi
  done
)";
// Autoloaded from a directory of fpath, the file is the function's body; sourced, it registers with compsys.
constexpr std::string_view tail = R"(if [[ $funcstack[1] == _stint ]]; then
  _stint "$@"
else
  compdef _stint stint
fi
)";

/// Puts the text in single quotes; in _describe's items the first ":" ends the name.
std::string inQuotes(std::string_view text) {
    std::string made = "'";
    for (const char letter : text)
        letter == '\'' ? made += "'\\''" : made += letter;
    return made + "'";
}
std::string item(std::string_view name, std::string_view what) {
    return inQuotes(what.empty() ? std::string(name) : fmt::format("{}:{}", name, what));
}

std::string action(const Candidates& candidates) {
    switch (candidates.kind) {
    case Kind::None:
        return "";
    case Kind::Choices:
        return fmt::format("compadd -- {}", fmt::join(candidates.choices, " "));
    case Kind::Files:
        return "_files";
    case Kind::Jobs:
        return "compadd -- ${(f)\"$(stint completions jobs \"=$words[CURRENT]\" 2>/dev/null)\"}";
    case Kind::Packages:
        return "compadd -- ${(f)\"$(stint completions packages 2>/dev/null)\"}";
    case Kind::Verbs:
        return fmt::format("compadd -- {}", fmt::join(firstWords(), " "));
    }
    return "";
}

std::string valueCases() {
    std::string text = "  case \"$verb $before\" in\n";
    for (const Verb& verb : verbs())
        for (const Option& option : allOptions(verb)) {
            if (option.isFlag()) continue;
            std::vector<std::string> patterns;
            for (const auto name : namesOf(option))
                patterns.push_back(fmt::format("'{} {}'", verb.name, name));
            const std::string does = action(candidatesFor(option.value));
            text += fmt::format("  {}) {}; return ;;\n", fmt::join(patterns, "|"), does.empty() ? ":" : does);
        }
    return text + "  esac\n";
}

std::string optionCases() {
    std::string text = "  if [[ $words[CURRENT] == -* ]]; then\n    case $verb in\n";
    for (const Verb& verb : verbs()) {
        std::vector<std::string> items;
        for (const Option& option : allOptions(verb))
            for (const auto name : namesOf(option))
                items.push_back(item(name, option.help));
        text += fmt::format("    '{}') list=({}) ;;\n", verb.name, fmt::join(items, " "));
    }
    return text + "    esac\n    _describe -o option list\n    return\n  fi\n";
}

std::string wordCases() {
    std::vector<std::string> items;
    for (const auto word : firstWords()) {
        const Verb* verb = verbNamed(word);
        items.push_back(item(word, verb ? verb->summary : ""));
    }
    std::string text = fmt::format("  case $verb in\n  '') list=({}); _describe verb list ;;\n", fmt::join(items, " "));
    for (const Verb& verb : verbs()) {
        const Candidates candidates = candidatesFor(verb.words);
        const auto seconds = secondWords(verb.name);
        std::string does = action(candidates);
        if (does.empty() && !seconds.empty()) does = fmt::format("compadd -- {}", fmt::join(seconds, " "));
        if (does.empty()) continue;
        const std::string_view first = candidates.repeats ? "" : "((nth == 0)) && ";
        text += fmt::format("  '{}') {}{} ;;\n", verb.name, first, does);
    }
    return text + "  esac\n}\n";
}

} // namespace

std::string completions() {
    std::string pairs = "|";
    for (const Verb& verb : verbs())
        if (verb.name.find(' ') != std::string_view::npos) pairs += fmt::format("{}|", verb.name);
    return fmt::format("{}{}{}{}{}{}{}", head, inQuotes(pairs), body, valueCases(), optionCases(), wordCases(), tail);
}

} // namespace stint::cli::zsh
