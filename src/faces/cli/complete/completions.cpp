#include "faces/cli/complete/completions.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text/words.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/daemon.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {
namespace {

using Kind = Candidates::Kind;

/// Silent without a daemon: nobody reads errors during completion. Names of jobs, which are many where there are
/// downloads, are printed only once a person has begun to type one.
int printJobs(const Screen& screen, std::string_view begun) {
    auto daemon = Daemon::connectIfThere();
    if (!daemon.ok()) return ends::unavailable;
    const auto jobs = daemon->jobs(std::nullopt, false);
    if (!jobs.ok()) return ends::unavailable;
    for (const JobView& job : *jobs)
        screen.print(printable(shortTextOf(job.key)));
    for (const JobView& job : *jobs)
        if (!begun.empty() && hasName(job) && job.label.starts_with(begun)) screen.print(job.label);
    return ends::ok;
}

int printPackages(const Screen& screen) {
    auto daemon = Daemon::connectIfThere();
    if (!daemon.ok()) return ends::unavailable;
    const auto apps = daemon->ask(calls::apps());
    if (!apps.ok()) return ends::unavailable;
    for (const AppView& app : *apps)
        screen.print(printable(app.manifest.package.name));
    return ends::ok;
}

int print(std::string_view script, const Screen& screen) {
    script.remove_suffix(1); // the screen ends the line
    screen.print(script);
    return ends::ok;
}

} // namespace

Candidates candidatesFor(std::string_view words) {
    constexpr std::string_view ellipsis = "…";
    std::string_view first = words.substr(0, words.find(' '));
    if (first.starts_with('[')) first.remove_prefix(1);
    if (first.ends_with(']')) first.remove_suffix(1);
    const bool repeats = first.ends_with(ellipsis);
    if (repeats) first.remove_suffix(ellipsis.size());
    if (first.find('|') != std::string_view::npos) return {Kind::Choices, splitAt(first, "|"), repeats};
    if (first.starts_with("FILE")) return {Kind::Files, {}, repeats};
    if (first == "JOB") return {Kind::Jobs, {}, repeats};
    if (first == "PACKAGE") return {Kind::Packages, {}, repeats};
    if (first == "VERB" && !repeats) return {Kind::Verbs, {}, repeats};
    return {};
}

std::vector<std::string_view> firstWords() {
    std::vector<std::string_view> words;
    for (const Verb& verb : verbs()) {
        const auto word = verb.name.substr(0, verb.name.find(' '));
        if (std::ranges::find(words, word) == words.end()) words.push_back(word);
    }
    return words;
}

std::vector<std::string_view> secondWords(std::string_view first) {
    std::vector<std::string_view> words;
    for (const Verb& verb : verbs())
        if (verb.name.starts_with(first) && verb.name.substr(first.size()).starts_with(' '))
            words.push_back(verb.name.substr(first.size() + 1));
    return words;
}

namespace {

/// Both actions as one of bash or zsh; either may be empty.
std::string both(const std::string& one, const std::string& other) {
    return one.empty() || other.empty() ? one + other : fmt::format("{{ {}; {}; }}", one, other);
}

} // namespace

std::vector<Option> allOptions(const Verb& verb) {
    std::vector<Option> all = verb.options;
    if (verb.passes == Verb::Passes::Everything) return all; // they belong to another program
    all.insert(all.end(), commonOptions().begin(), commonOptions().end());
    return all;
}

std::vector<std::string_view> namesOf(const Option& option) { return splitAt(option.names, ","); }

namespace {

int completions(const Arguments& given, const Screen& screen) {
    const std::string& what = given.words[0];
    const bool begun = given.words.size() > 1;
    if (begun && (what != "jobs" || !given.words[1].starts_with('=')))
        return screen.fail(ends::usage, fmt::format("`stint completions {}` does not take \"{}\"", printable(what),
                                                    printable(given.words[1])));
    if (what == "bash") return print(bash::completions(), screen);
    if (what == "zsh") return print(zsh::completions(), screen);
    if (what == "fish") return print(fish::completions(), screen);
    if (what == "jobs") return printJobs(screen, begun ? std::string_view(given.words[1]).substr(1) : "");
    if (what == "packages") return printPackages(screen);
    return screen.fail(ends::usage, fmt::format("completions are for bash, zsh or fish, not \"{}\"", printable(what)));
}

} // namespace

Verb completionsVerb() {
    return {.name = "completions",
            .words = "bash|zsh|fish",
            .fewest = 1,
            .most = 2,
            .summary = "print what lets a shell complete these verbs",
            .about =
                "An installed stint has them where the shells look; this is for any other. `jobs` and `packages` in "
                "the shell's place print what the scripts ask for: one name a line, 69 where no daemon answers; `jobs "
                "=WORD` also the names that begin so.",
            .options = {},
            .examples = {{"stint completions bash", "source <(…) in ~/.bashrc; zsh has the same"},
                         {"stint completions fish", "… | source in config.fish"}},
            .run = completions};
}

namespace {

/// A shell's commands that complete a word, by what may stand there; none is an empty text.
struct Actions {
    std::string (*words)(std::string_view list);
    std::string_view files;
    std::string_view jobs;
    std::string_view packages;
};

std::string actionOf(const Actions& shell, const Candidates& candidates) {
    switch (candidates.kind) {
    case Kind::None:
        return "";
    case Kind::Choices:
        return shell.words(fmt::format("{}", fmt::join(candidates.choices, " ")));
    case Kind::Files:
        return std::string(shell.files);
    case Kind::Jobs:
        return std::string(shell.jobs);
    case Kind::Packages:
        return std::string(shell.packages);
    case Kind::Verbs:
        return shell.words(fmt::format("{}", fmt::join(firstWords(), " ")));
    }
    return "";
}

/// The cases that complete an option's value, in the language that bash and zsh share.
std::string valueCases(const Actions& shell, std::string_view indent, std::string_view separator) {
    std::string text = fmt::format("{}case \"$verb $before\" in\n", indent);
    for (const Verb& verb : verbs())
        for (const Option& option : allOptions(verb)) {
            if (option.isFlag()) continue;
            std::vector<std::string> patterns;
            for (const auto name : namesOf(option))
                patterns.push_back(fmt::format("'{} {}'", verb.name, name));
            const std::string does = actionOf(shell, candidatesFor(option.value));
            text +=
                fmt::format("{}{}) {}; return ;;\n", indent, fmt::join(patterns, separator), does.empty() ? ":" : does);
        }
    return text + fmt::format("{}esac\n", indent);
}

} // namespace

} // namespace stint::cli

namespace stint::cli::bash {

// The script of bash (Programmable Completion in its manual).

namespace {

constexpr std::string_view head =
    R"(# bash completion of stint, made by `stint completions bash` from its table of verbs.
_stint_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word"); }
# A daemon's answers are others' words: never expanded, and quoted where they are put on the line.
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

std::string words(std::string_view list) { return fmt::format("_stint_words '{}'", list); }

constexpr Actions actions{.words = words,
                          .files = "_stint_files",
                          .jobs = "_stint_lines < <(stint completions jobs \"=$word\" 2>/dev/null)",
                          .packages = "_stint_lines < <(stint completions packages 2>/dev/null)"};

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
        const std::string longer = seconds.empty() ? "" : fmt::format("_stint_words '{}'", fmt::join(seconds, " "));
        const std::string does = both(longer, actionOf(actions, candidates));
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
    return fmt::format("{}{}{}{}_stint_pairs='{}'\ncomplete -F _stint stint\n", head,
                       valueCases(actions, "    ", " | "), optionCases(), wordCases(), pairs);
}

} // namespace stint::cli::bash

namespace stint::cli::fish {

// The script of fish (`complete` in its manual): one line a word.

namespace {

constexpr std::string_view head =
    R"(# fish completion of stint, made by `stint completions fish` from its table of verbs.
# __stint_at VERB [first]: the line is at words of this verb; first: at the first one of them.
function __stint_at
    set -l line (commandline -opc)
    set -l verb
    set -l nth 0
    for word in $line[2..]
        string match -q -- '-*' $word; and continue
        if test -z "$verb"
            set verb $word
        else if test $nth = 0; and contains -- "$verb $word" $__stint_pairs
            set verb "$verb $word"
        else
            set nth (math $nth + 1)
        end
    end
    test "$verb" = "$argv[1]"; and begin
        test "$argv[2]" != first; or test $nth = 0
    end
end
complete -c stint -f
)";

std::string inQuotes(std::string_view text) {
    std::string made = "'";
    for (const char letter : text) {
        if (letter == '\'' || letter == '\\') made += '\\';
        made += letter;
    }
    return made + "'";
}

std::string words(std::string_view list) { return " -a " + inQuotes(list); }

/// The arguments of `complete`.
constexpr Actions actions{.words = words,
                          .files = " -F",
                          .jobs = " -a '(stint completions jobs \"=\"(commandline -ct) 2>/dev/null)'",
                          .packages = " -a '(stint completions packages 2>/dev/null)'"};

std::string optionLine(const Verb& verb, const Option& option) {
    std::string line = fmt::format("complete -c stint -n {}", inQuotes(fmt::format("__stint_at \"{}\"", verb.name)));
    for (const auto name : namesOf(option))
        line += name.starts_with("--") ? fmt::format(" -l {}", name.substr(2)) : fmt::format(" -s {}", name.substr(1));
    if (!option.isFlag()) line += " -r" + actionOf(actions, candidatesFor(option.value));
    return fmt::format("{} -d {}\n", line, inQuotes(option.help));
}

std::string wordLines(const Verb& verb) {
    const Candidates candidates = candidatesFor(verb.words);
    std::string text;
    const std::string place = fmt::format("__stint_at \"{}\"{}", verb.name, candidates.repeats ? "" : " first");
    if (const std::string does = actionOf(actions, candidates); !does.empty())
        text += fmt::format("complete -c stint -n {}{}\n", inQuotes(place), does);
    for (const auto second : secondWords(verb.name)) {
        const Verb* longer = verbNamed(fmt::format("{} {}", verb.name, second));
        text +=
            fmt::format("complete -c stint -n {} -a {} -d {}\n",
                        inQuotes(fmt::format("__stint_at \"{}\" first", verb.name)), second, inQuotes(longer->summary));
    }
    return text;
}

} // namespace

std::string completions() {
    std::string text(head);
    std::string pairs;
    for (const Verb& verb : verbs())
        if (verb.name.find(' ') != std::string_view::npos) pairs += fmt::format(" {}", inQuotes(verb.name));
    text += fmt::format("set -g __stint_pairs{}\n", pairs);
    for (const auto word : firstWords()) {
        const Verb* verb = verbNamed(word);
        text += fmt::format("complete -c stint -n '__stint_at \"\"' -a {} -d {}\n", word,
                            inQuotes(verb ? verb->summary : ""));
    }
    for (const Verb& verb : verbs()) {
        text += wordLines(verb);
        for (const Option& option : allOptions(verb))
            text += optionLine(verb, option);
    }
    return text;
}

} // namespace stint::cli::fish

namespace stint::cli::zsh {

// The script of zsh (compsys in its manual: _describe, compadd, _files).

namespace {

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

std::string words(std::string_view list) { return fmt::format("compadd -- {}", list); }

constexpr Actions actions{.words = words,
                          .files = "_files",
                          .jobs = "compadd -- ${(f)\"$(stint completions jobs \"=$words[CURRENT]\" 2>/dev/null)\"}",
                          .packages = "compadd -- ${(f)\"$(stint completions packages 2>/dev/null)\"}"};

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
        const std::string longer = seconds.empty() ? "" : fmt::format("compadd -- {}", fmt::join(seconds, " "));
        const std::string does = both(longer, actionOf(actions, candidates));
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
    return fmt::format("{}{}{}{}{}{}{}", head, inQuotes(pairs), body, valueCases(actions, "  ", "|"), optionCases(),
                       wordCases(), tail);
}

} // namespace stint::cli::zsh
