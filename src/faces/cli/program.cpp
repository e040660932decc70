#include "faces/cli/program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <string_view>
#include <system_error>

#include <poll.h>
#include <unistd.h>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/unix/paths.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {
namespace {

constexpr std::string_view indent = "  ";

/// Two columns of text.
using Pairs = std::vector<std::pair<std::string, std::string>>;

/// The left column is as wide as its widest entry, or as 2/5 of the line; the text of a wider entry stands below it.
std::string twoColumns(const Pairs& pairs, std::size_t columns) {
    std::size_t width = 0;
    for (const auto& [left, right] : pairs)
        if (widthOf(left) <= columns * 2 / 5) width = std::max(width, widthOf(left));
    const std::string margin(width + 2 * indent.size(), ' ');
    std::string text;
    for (const auto& [left, right] : pairs) {
        const auto lines = wrapped(right, columns - std::min(columns / 2, margin.size()));
        const bool isBeside = widthOf(left) <= width && !right.empty();
        text += fmt::format("{}{}\n", indent, isBeside ? padRight(left, width + indent.size()) + lines[0] : left);
        if (right.empty()) continue;
        for (std::size_t i = isBeside ? 1 : 0; i < lines.size(); ++i)
            text += fmt::format("{}{}\n", margin, lines[i]);
    }
    return text;
}

std::string paragraphs(std::string_view text, std::size_t columns) {
    std::string made;
    for (const std::string& line : wrapped(text, columns - indent.size()))
        made += fmt::format("{}{}\n", indent, line);
    return made;
}

std::string usage(const Verb& verb) {
    std::string line = fmt::format("stint {}", verb.name);
    if (!verb.words.empty()) line += fmt::format(" {}", verb.words);
    return line;
}

Pairs rowsOf(std::span<const Option> options) {
    Pairs rows;
    for (const auto& option : options) {
        std::string names(option.names);
        if (auto comma = names.find(','); comma != std::string::npos) names.insert(comma + 1, " ");
        rows.emplace_back(option.isFlag() ? names : fmt::format("{} {}", names, option.value), option.help);
    }
    return rows;
}

/// A row for each verb, in the table's order: `tasks`, then `tasks stop`.
Pairs rowsOf(std::span<const Verb> all) {
    Pairs rows;
    for (const auto& verb : all)
        rows.emplace_back(usage(verb).substr(std::string_view("stint ").size()), verb.summary);
    return rows;
}

} // namespace

std::string overview(std::size_t columns) {
    const Pairs first{{"stint get https://example.org/debian.iso", "a download; Ctrl-C detaches, it goes on"},
                      {"stint jobs", "what runs, what waits and why"},
                      {"stint why 7", "what keeps job 7 from running"},
                      {"stint demo", "a day in the simulator, explained"}};
    const auto begin = wrapped("stint: run downloads and other jobs that survive interruptions", columns);
    const auto end =
        wrapped("`stint help VERB` says all about one; `--json` is on every verb that shows state.", columns);
    return fmt::format("{}\n\ntry:\n{}\nverbs:\n{}\n{}", fmt::join(begin, "\n"), twoColumns(first, columns),
                       twoColumns(rowsOf(verbs()), columns), fmt::join(end, "\n"));
}

std::string helpFor(const Verb& verb, std::size_t columns) {
    std::string text = fmt::format("{}\n{}\n", usage(verb), paragraphs(verb.summary, columns));
    if (!verb.about.empty()) text += paragraphs(verb.about, columns) + "\n";
    if (const auto below = verbsBelow(verb); !below.empty())
        text += fmt::format("verbs:\n{}\n", twoColumns(rowsOf(below), columns));
    if (!verb.options.empty()) text += fmt::format("options:\n{}\n", twoColumns(rowsOf(verb.options), columns));
    text += fmt::format("everywhere:\n{}", twoColumns(rowsOf(commonOptions()), columns));
    Pairs examples;
    for (const auto& example : verb.examples)
        examples.emplace_back(example.line, example.what);
    if (!examples.empty()) text += fmt::format("\nexamples:\n{}", twoColumns(examples, columns));
    return text;
}

namespace {

int help(const Arguments& given, const Screen& screen) {
    if (given.words.empty()) {
        screen.print(overview(screen.columns()));
        return ends::ok;
    }
    auto line = given.words;
    line.insert(line.begin(), "--help"); // behind some verbs --help would belong to another program
    auto named = parse(line);
    if (!named.ok()) return screen.fail(ends::usage, named.error().message);
    screen.print(helpFor(*named->verb, screen.columns()));
    return ends::ok;
}

} // namespace

Verb helpVerb() {
    return {.name = "help",
            .words = "[VERB]",
            .fewest = 0,
            .most = 2,
            .summary = "this list, or all about one verb",
            .about = "",
            .options = {},
            .examples = {{"stint help get", ""}},
            .run = help};
}

namespace {

struct Secret {
    std::string_view shortName;
    std::string_view longName;
};
constexpr std::array<Secret, 4> secrets{{{"-H", "--header"}, {"-b", "--cookie"}, {"-u", "--user"}, {"-x", "--proxy"}}};

void blank(char* from, std::size_t count) { std::memset(from, '*', count); }

/// "http://name:password@host" becomes "http://*************@host".
void blankUser(char* word) {
    const std::string_view text(word);
    auto start = text.find("://");
    if (start == std::string_view::npos) return;
    start += 3;
    auto end = std::min(text.find_first_of("/?#", start), text.size());
    auto at = text.substr(0, end).rfind('@');
    if (at != std::string_view::npos && at > start) blank(word + start, at - start);
}

/// Blanks a secret in `word` itself; true: the next word is the secret.
bool hide(char* word) {
    const std::string_view text(word);
    for (const Secret& secret : secrets) {
        if (text == secret.shortName || text == secret.longName) return true;
        if (text.starts_with(secret.longName) && text[secret.longName.size()] == '=') {
            blank(word + secret.longName.size() + 1, text.size() - secret.longName.size() - 1);
            return false;
        }
        if (text.starts_with(secret.shortName)) {
            blank(word + secret.shortName.size(), text.size() - secret.shortName.size());
            return false;
        }
    }
    blankUser(word);
    return false;
}

/// The output options, for messages before the line is parsed, or where it cannot be.
OutputOptions outputOf(const std::vector<std::string>& line) {
    const auto end = std::ranges::find(line, "--"); // the words behind it are another program's
    const auto has = [&](std::string_view option) { return std::find(line.begin(), end, option) != end; };
    return {.json = has("--json"), .plain = has("--plain"), .quiet = has("--quiet") || has("-q")};
}

/// Replaces this process by `program`; returns only if that fails.
int become(std::string_view program, const std::vector<std::string>& line, const Screen& screen) {
    std::vector<std::string> words{(libexecDirectory() / program).native()};
    words.insert(words.end(), line.begin(), line.end());
    ::execv(words.front().c_str(), pointersTo(words).data());
    const int error = errno;
    // A package of its own has what few devices want.
    const bool isFleets = program == "stint-fleetctl" || program == "stint-foretell";
    const std::string_view package = isFleets ? "stint-fleet" : program == "stint-pushctl" ? "stint-push" : "stint";
    return screen.fail(ends::unavailable, fmt::format("cannot start {}: {}; is the package {} installed?",
                                                      words.front(), std::generic_category().message(error), package));
}

int runLine(const std::vector<std::string>& line, const Screen& screen, const Perform& perform) {
    const auto isForOutput = [](std::string_view word) {
        return word == "--json" || word == "--plain" || word == "--quiet" || word == "-q";
    };
    std::vector<std::string> words;
    std::ranges::remove_copy_if(line, std::back_inserter(words), isForOutput);
    if (words.empty()) return now(screen);
    if (words.size() == 1 && (words[0] == "--help" || words[0] == "-h")) {
        screen.print(overview(screen.columns()));
        return ends::ok;
    }
    if (words.size() == 1 && words[0] == "--version") return version(screen);
    auto invocation = parse(line);
    if (!invocation.ok()) return screen.fail(ends::usage, invocation.error().message);
    if (invocation->wantsHelp) {
        screen.print(helpFor(*invocation->verb, screen.columns()));
        return ends::ok;
    }
    return perform(*invocation, Screen{invocation->output});
}

} // namespace

void hideSecrets(std::span<char* const> words) {
    auto isVerb = [](const char* word) { return *word != '-'; };
    auto verb = std::find_if(words.begin(), words.end(), isVerb);
    if (verb == words.end() || (std::strcmp(*verb, "get") != 0 && std::strcmp(*verb, "put") != 0)) return;
    bool next = false;
    for (char* word : words) {
        if (next) blank(word, std::strlen(word));
        next = !next && hide(word);
    }
}

int runProgram(const std::vector<std::string>& line) {
    return runProgram(line, [&](const Invocation& asked, const Screen& screen) {
        const Verb& verb = *asked.verb;
        const bool isElsewhere = verb.isForProgram && verb.isForProgram(asked.arguments);
        if (verb.run && !isElsewhere) return verb.run(asked.arguments, screen);
        const bool isForOther = !verb.other.program.empty() && asked.arguments.has(verb.other.option);
        return become(isForOther ? verb.other.program : verb.program, line, screen);
    });
}

namespace {

/// Whoever read what this program prints has seen enough, as `head` has.
bool isReaderGone() {
    pollfd out{STDOUT_FILENO, 0, 0};
    return ::poll(&out, 1, 0) > 0 && (out.revents & POLLERR) != 0;
}

} // namespace

int runProgram(const std::vector<std::string>& line, const Perform& perform) {
    std::setlocale(LC_CTYPE, ""); // for the width of characters; nothing else follows the locale
    const Screen screen{outputOf(line)};
    const int code = runLine(line, screen, perform);
    if (code == ends::ok && std::ferror(stdout) && isReaderGone()) return exitCodeOfSignal(SIGPIPE);
    if (code == ends::ok && std::ferror(stdout)) return screen.fail(ends::inputOutput, "cannot write to stdout");
    return code;
}

} // namespace stint::cli
