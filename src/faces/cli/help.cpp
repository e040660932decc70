#include "faces/cli/help.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "faces/cli/line/commands.hpp"
#include "faces/cli/parse.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {
namespace {

constexpr std::string_view indent = "  ";

/// Two columns of text; the left one is as wide as its widest entry.
using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string twoColumns(const Pairs& pairs) {
    std::size_t width = 0;
    for (const auto& [left, right] : pairs)
        width = std::max(width, widthOf(left));
    std::string text;
    for (const auto& [left, right] : pairs) {
        std::string line = right.empty() ? left : fmt::format("{}{}{}", padRight(left, width), indent, right);
        text += fmt::format("{}{}\n", indent, line);
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

std::string overview() {
    return fmt::format(
        "stint: downloads and other jobs that end well, whatever happens in between\n\n"
        "try:\n{}\nverbs:\n{}\n`stint help VERB` says all about one; `--json` is on every verb that "
        "shows state.",
        twoColumns({{"stint get https://example.org/debian.iso", "a download; Ctrl-C detaches, it goes on"},
                    {"stint jobs", "what runs, what waits and why"},
                    {"stint why 7", "what keeps job 7 from running"},
                    {"stint demo", "a day in the simulator, explained"}}),
        twoColumns(rowsOf(verbs())));
}

std::string helpFor(const Verb& verb, std::size_t columns) {
    std::string text = fmt::format("{}\n{}\n", usage(verb), paragraphs(verb.summary, columns));
    if (!verb.about.empty()) text += paragraphs(verb.about, columns) + "\n";
    if (!verb.options.empty()) text += fmt::format("options:\n{}\n", twoColumns(rowsOf(verb.options)));
    text += fmt::format("everywhere:\n{}", twoColumns(rowsOf(commonOptions())));
    Pairs examples;
    for (const auto& example : verb.examples)
        examples.emplace_back(example.line, example.what);
    if (!examples.empty()) text += fmt::format("\nexamples:\n{}", twoColumns(examples));
    return text;
}

namespace {

int help(const Arguments& given, const Screen& screen) {
    if (given.words.empty()) {
        screen.print(overview());
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

} // namespace stint::cli
