// The script of fish (`complete` in its manual): one line a word.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "faces/cli/complete/completions.hpp"

namespace stint::cli::fish {
namespace {

using Kind = Candidates::Kind;

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

/// The arguments of `complete` for the words that may stand there.
std::string action(const Candidates& candidates) {
    switch (candidates.kind) {
    case Kind::None:
        return "";
    case Kind::Choices:
        return " -a " + inQuotes(fmt::format("{}", fmt::join(candidates.choices, " ")));
    case Kind::Files:
        return " -F";
    case Kind::Jobs:
        return " -a '(stint completions jobs \"=\"(commandline -ct) 2>/dev/null)'";
    case Kind::Packages:
        return " -a '(stint completions packages 2>/dev/null)'";
    case Kind::Verbs:
        return " -a " + inQuotes(fmt::format("{}", fmt::join(firstWords(), " ")));
    }
    return "";
}

std::string optionLine(const Verb& verb, const Option& option) {
    std::string line = fmt::format("complete -c stint -n {}", inQuotes(fmt::format("__stint_at \"{}\"", verb.name)));
    for (const auto name : namesOf(option))
        line += name.starts_with("--") ? fmt::format(" -l {}", name.substr(2)) : fmt::format(" -s {}", name.substr(1));
    if (!option.isFlag()) line += " -r" + action(candidatesFor(option.value));
    return fmt::format("{} -d {}\n", line, inQuotes(option.help));
}

std::string wordLines(const Verb& verb) {
    const Candidates candidates = candidatesFor(verb.words);
    std::string text;
    const std::string place = fmt::format("__stint_at \"{}\"{}", verb.name, candidates.repeats ? "" : " first");
    if (const std::string does = action(candidates); !does.empty())
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
