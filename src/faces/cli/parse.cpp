#include "faces/cli/program.hpp"

#include <algorithm>
#include <ranges>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/words.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {
namespace {

bool isDashed(const std::string& word) { return word.size() > 1 && word.front() == '-'; }

/// The command line without its verb.
struct Split {
    const Verb* verb;
    std::vector<std::string> ours;   ///< for the parser: options and words
    std::vector<std::string> passed; ///< for the program that the verb runs, or the daemon
};

std::string guess(std::string_view word, std::span<const std::string_view> known) {
    auto meant = nearest(word, known);
    return meant ? fmt::format(" (did you mean \"{}\"?)", *meant) : "";
}

/// The error for an unknown option of `stint` without a verb.
Error unknownOption(const std::string& given) {
    if (given == "-v" || given == "-V")
        return fail(Errc::ILLEGAL_ARGUMENT, "there is no option {}: write `stint --version`", given);
    std::vector<std::string> named{"--version"};
    for (const Option& option : commonOptions())
        named.push_back(fmt::format("--{}", option.longName()));
    const std::vector<std::string_view> known(named.begin(), named.end());
    return fail(Errc::ILLEGAL_ARGUMENT, "`stint` alone takes no {}{}: write `stint VERB`; `stint help` lists them",
                printable(given), guess(given, known));
}

Error unknownVerb(const std::string& word) {
    if (word == "version") return fail(Errc::ILLEGAL_ARGUMENT, "there is no verb \"version\": write `stint --version`");
    if (numberIn<std::int32_t>(word))
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "there is no verb \"{0}\"; of job {0}: stint why {0}, stint watch {0}, "
                    "stint cancel {0}",
                    word);
    std::vector<std::string_view> names;
    for (const auto& verb : verbs()) {
        names.push_back(verb.name.substr(0, verb.name.find(' ')));
        if (std::ranges::find(verb.elsewhere, word) != verb.elsewhere.end())
            return fail(Errc::ILLEGAL_ARGUMENT, "there is no verb \"{}\"; here it is `stint {}`: {}", word, verb.name,
                        verb.summary);
    }
    return fail(Errc::ILLEGAL_ARGUMENT, "there is no verb \"{}\"{}; `stint help` lists them", printable(word),
                guess(word, names));
}

bool asksForHelp(std::vector<std::string>::const_iterator first, std::vector<std::string>::const_iterator last) {
    return std::any_of(first, last, [](const std::string& word) { return word == "-h" || word == "--help"; });
}

/// The error for a command without its `--`: the line that was meant, or the verb's usage if an option stands first.
Error commandBehindDashes(const Verb& verb, std::vector<std::string>::const_iterator first,
                          std::vector<std::string>::const_iterator last) {
    std::string line(verb.words);
    if (first != last && !isDashed(*first)) {
        line = "--";
        for (; first != last; ++first)
            line += " " + shellWord(printable(*first));
    }
    return fail(Errc::ILLEGAL_ARGUMENT, "the command of `stint {0}` goes after --: write stint {0} {1}", verb.name,
                line);
}

Result<Split> split(const std::vector<std::string>& line) {
    auto first = std::find_if_not(line.begin(), line.end(), isDashed);
    if (first == line.end()) {
        const auto ours = [](const std::string& word) {
            return word == "--" ||
                   std::ranges::any_of(commonOptions(), [&](const Option& option) { return option.isCalled(word); });
        };
        if (const auto wrong = std::ranges::find_if_not(line, ours); wrong != line.end()) return unknownOption(*wrong);
        return fail(Errc::ILLEGAL_ARGUMENT, "no verb given: write `stint VERB`; `stint help` lists them");
    }
    auto second = std::find_if_not(first + 1, line.end(), isDashed);
    const Verb* verb = verbNamed(*first);
    const Verb* longer = second == line.end() ? nullptr : verbNamed(*first + " " + *second);
    if (!verb && !longer) return unknownVerb(*first);

    Split made{longer ? longer : verb, {line.begin(), first}, {}};
    auto rest = first + 1;
    if (made.verb->passes == Verb::Passes::Everything) {
        made.passed.assign(rest, line.end());
        return made;
    }
    if (longer) {
        made.ours.insert(made.ours.end(), rest, second);
        rest = second + 1;
    }
    auto end = line.end();
    if (made.verb->passes == Verb::Passes::BehindFirstWord && second != line.end()) {
        end = second + 1;
        made.passed.assign(end, line.end());
    }
    const bool isAlone = made.verb->passes == Verb::Passes::BehindDashes;
    if (isAlone || made.verb->passes == Verb::Passes::AlsoBehindDashes) {
        end = std::find(rest, end, "--");
        if (isAlone && end == line.end() && made.verb->fewest > 0 && !asksForHelp(line.begin(), end))
            return commandBehindDashes(*made.verb, rest, end);
        if (end != line.end()) made.passed.assign(end + 1, line.end());
    }
    made.ours.insert(made.ours.end(), rest, end);
    return made;
}

/// All options that `verb` takes.
std::vector<Option> optionsOf(const Verb& verb) {
    std::vector<Option> all = verb.options;
    all.insert(all.end(), commonOptions().begin(), commonOptions().end());
    return all;
}

/// Says what to write in place of another program's option; nullopt: the option is not known.
std::optional<std::string> elsewhere(const Verb& verb, const std::string& name) {
    for (const OptionElsewhere& one : verb.optionsElsewhere)
        if (one.isCalled(name)) return fmt::format("`stint {}` takes no {}: {}", verb.name, name, one.here);
    return std::nullopt;
}

Error unknownOption(const Verb& verb, const std::string& given) {
    // A value or further letters may stand behind its letter: -P/tmp, -sSL.
    const bool isLetter = given.size() > 2 && given[1] != '-';
    for (const std::string& name : {given.substr(0, given.find('=')), given.substr(0, isLetter ? 2 : given.size())})
        if (const auto known = elsewhere(verb, name))
            return fail(Errc::ILLEGAL_ARGUMENT, "{}; see `stint help {}`", *known, verb.name);
    std::vector<std::string> dashed;
    for (const auto& option : optionsOf(verb))
        dashed.push_back(fmt::format("--{}", option.longName()));
    std::vector<std::string_view> names(dashed.begin(), dashed.end());
    return fail(Errc::ILLEGAL_ARGUMENT, "`stint {}` takes no {}{}; see `stint help {}`", verb.name, printable(given),
                guess(given.substr(0, given.find('=')), names), verb.name);
}

/// "stint push PACKAGE, or stint push send|test": the verb with its words, and those of two words that begin with it.
std::string formsOf(const Verb& verb) {
    std::string forms = fmt::format("stint {} {}", verb.name, verb.words);
    std::vector<std::string_view> seconds;
    for (const Verb& below : verbsBelow(verb))
        seconds.push_back(below.name.substr(verb.name.size() + 1));
    if (!seconds.empty())
        forms += fmt::format(", or stint {} {}; see `stint help {}`", verb.name, fmt::join(seconds, "|"), verb.name);
    return forms;
}

/// Checks the number of `words`, and that none of `ours` is empty: those that belong to no other program.
Result<void> checkWords(const Verb& verb, const std::vector<std::string>& ours, const std::vector<std::string>& words) {
    const std::size_t count = words.size();
    if (std::ranges::find(ours, "") != ours.end())
        return fail(Errc::ILLEGAL_ARGUMENT, "`stint {0}` does not take \"\": write stint {0} {1}", verb.name,
                    verb.words);
    if (count < verb.fewest)
        return fail(Errc::ILLEGAL_ARGUMENT, "`stint {}` needs more arguments: {}", verb.name, formsOf(verb));
    // A package's name has a dot.
    if (verb.words == "PACKAGE" && words[0].find('.') == std::string::npos && !verbsBelow(verb).empty())
        return fail(Errc::ILLEGAL_ARGUMENT, "`stint {}` does not take \"{}\", which is no package: {}", verb.name,
                    printable(words[0]), formsOf(verb));
    if (count > verb.most)
        return fail(Errc::ILLEGAL_ARGUMENT, "`stint {}` does not take \"{}\"; see `stint help {}`", verb.name,
                    printable(words[verb.most]), verb.name);
    return {};
}

/// Returns the choice in the table's spelling.
Result<std::string> choiceIn(const Option& option, const std::string& given) {
    const auto choices = option.choices();
    if (choices.empty()) return given;
    const auto choice = std::ranges::find_if(choices, [&](auto one) { return isSameWord(one, given); });
    if (choice != choices.end()) return std::string(*choice);
    return fail(Errc::ILLEGAL_ARGUMENT, "--{} is one of {}, not \"{}\"", option.longName(), option.value,
                printable(given));
}

/// Refuses what CLI11 would report in words of its own: an option without its value, a flag with one, an option given
/// twice; and what CLI11 would take for letters of our options (wget's -nc).
Result<void> checkShape(const Verb& verb, const std::vector<Option>& options, const std::vector<std::string>& words) {
    const auto named = [&](std::string_view word) {
        return std::ranges::find_if(options, [&](const Option& option) { return option.isCalled(word); });
    };
    std::set<const Option*> seen;
    for (std::size_t n = 0; n < words.size() && words[n] != "--"; ++n) {
        const std::string word = words[n].substr(0, words[n].find('='));
        const bool hasValue = word.size() < words[n].size();
        const auto option = named(word);
        if (option == options.end()) {
            if (const auto known = elsewhere(verb, word)) return fail(Errc::ILLEGAL_ARGUMENT, "{}", *known);
            continue;
        }
        if (option->isFlag() && hasValue)
            return fail(Errc::ILLEGAL_ARGUMENT, "{} takes no value: write {} alone", word, word);
        if (option->isFlag()) continue;
        const bool nextIsValue = n + 1 < words.size() && named(words[n + 1]) == options.end();
        if (!hasValue && !nextIsValue)
            return fail(Errc::ILLEGAL_ARGUMENT, "{} needs a value: {} {}", word, word, option->value);
        if (!seen.insert(&*option).second && !option->repeats)
            return fail(Errc::ILLEGAL_ARGUMENT, "{} is given twice: it takes one {}", word, option->value);
        if (!hasValue) ++n;
    }
    return {};
}

/// Parses with CLI11, whose exceptions end here.
Result<Arguments> parseWith(const Verb& verb, std::vector<std::string> words) {
    Arguments arguments;
    CLI::App parser;
    parser.set_help_flag();
    parser.allow_extras();
    auto options = optionsOf(verb);
    for (const auto& option : options) {
        std::string names(option.names);
        if (const std::string name = option.androidName(); !name.empty() && name != names) names += "," + name;
        auto* made = option.isFlag() ? parser.add_flag(names) : parser.add_option(names);
        option.isFlag() ? made->disable_flag_override() : made->type_name(std::string(option.value));
        if (option.repeats) made->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    }
    parser.add_option("words", arguments.words)->type_name(std::string(verb.words));
    if (auto right = checkShape(verb, options, words); !right.ok())
        return fail(Errc::ILLEGAL_ARGUMENT, "{}; see `stint help {}`", right.error().message, verb.name);
    const auto behind = std::max<std::ptrdiff_t>(words.end() - std::ranges::find(words, "--"), 1) - 1;
    std::reverse(words.begin(), words.end()); // CLI11 wants them in reverse
    try {
        parser.parse(words);
    } catch (const CLI::Error& error) {
        return fail(Errc::ILLEGAL_ARGUMENT, "{}; see `stint help {}`", printable(error.what()), verb.name);
    }
    for (const auto& left : parser.remaining())
        if (left != "--") return unknownOption(verb, left);
    // CLI11 takes some dashed words for none of an option; which ones, its version says.
    for (const std::string& word : arguments.words | std::views::reverse | std::views::drop(behind))
        if (isDashed(word)) return unknownOption(verb, word);
    for (const auto& option : options) {
        const auto* given = parser.get_option("--" + std::string(option.longName()));
        if (given->count() == 0) continue;
        std::string value = option.isFlag() ? "" : given->results().front();
        if (!option.isFlag()) value = STINT_TRY(choiceIn(option, value));
        arguments.options.emplace(option.longName(), value);
        if (option.repeats) arguments.repeated.emplace(option.longName(), given->results());
    }
    return arguments;
}

} // namespace

Result<Invocation> parse(const std::vector<std::string>& line) {
    auto parts = STINT_TRY(split(line));
    Invocation made;
    made.verb = parts.verb;
    made.arguments = STINT_TRY(parseWith(*parts.verb, parts.ours));
    made.output = {made.arguments.has("json"), made.arguments.has("plain"), made.arguments.has("quiet")};
    auto& words = made.arguments.words;
    const bool asksByWord = words.size() == 1 && words[0] == "help" && !verbsBelow(*parts.verb).empty();
    made.wantsHelp = made.arguments.has("help") || asksByWord;
    if (parts.verb->passes == Verb::Passes::BehindDashes && !words.empty() && !made.wantsHelp)
        return fail(Errc::ILLEGAL_ARGUMENT, "`stint {0}` does not take \"{1}\" before --; write stint {0} {2}",
                    parts.verb->name, printable(words.front()), parts.verb->words);
    const std::vector<std::string> ours = words;
    auto& passed = parts.verb->passes == Verb::Passes::AlsoBehindDashes ? made.arguments.command : words;
    passed.insert(passed.end(), parts.passed.begin(), parts.passed.end());
    if (!made.wantsHelp) STINT_TRY(checkWords(*made.verb, ours, words));
    return made;
}

} // namespace stint::cli
