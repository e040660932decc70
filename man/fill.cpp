// Reads a page's source and prints it, with the tables in the place of the lines @verbs@, @exit-codes@, @constants@,
// @pending-reasons@ and @stop-reasons@, and a constant's value in that of @its.key@ anywhere else. scdoc(5) is what it
// is written in: words of ours are escaped, so that nothing in them is markup.
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "base/result/errors.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/reasons.hpp"
#include "escaped.hpp"
#include "faces/cli/complete/completions.hpp"
#include "faces/screen/exit_code.hpp"
#ifdef STINT_MAN_FLEET
#include "fleet.hpp"
#endif

namespace {

using namespace stint;

/// Each line of `text` is a paragraph.
void printParagraphs(std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        fmt::print(std::cout, "{}\n\n", escaped(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void printOption(const cli::Option& option) {
    std::string names;
    for (const auto name : cli::namesOf(option))
        names += fmt::format("{}*{}*", names.empty() ? "" : ", ", escaped(name));
    if (!option.isFlag()) names += " " + escaped(option.value);
    fmt::print(std::cout, "{}\n\t{}\n\n", names, escaped(option.help));
}

void printVerb(const cli::Verb& verb) {
    // A heading has no markup in it, and no escapes.
    fmt::print(std::cout, "## stint {}{}{}\n\n", verb.name, verb.words.empty() ? "" : " ", verb.words);
    printParagraphs(verb.summary);
    printParagraphs(verb.about);
    for (const cli::Option& option : verb.options)
        printOption(option);
    for (const cli::Example& example : verb.examples) {
        fmt::print(std::cout, "\t{}", escaped(example.line));
        if (!example.what.empty()) fmt::print(std::cout, "++\n\t\t{}", escaped(example.what));
        fmt::print(std::cout, "\n\n");
    }
}

void printVerbs() {
    for (const cli::Verb& verb : cli::verbs())
        printVerb(verb);
    fmt::print(std::cout, "# EVERYWHERE\n\n");
    for (const cli::Option& option : cli::commonOptions())
        printOption(option);
}

void printExitCodes() {
    for (const cli::ExitCode& row : cli::exitCodes)
        fmt::print(std::cout, "*{}*, {}\n\t{}\n\n", row.code, escaped(row.word), escaped(row.meaning));
}

void printConstants() {
    const Constants standard;
    for (const ConstantRow& row : constantRows())
        fmt::print(std::cout, "*{}* = {}\n\t{}\n\n", escaped(row.key), escaped(constantText(standard, row)),
                   escaped(row.meaning));
}

template <class Row> void printReasons(std::span<const Row> rows) {
    for (const Row& row : rows)
        if (const auto number = static_cast<std::int32_t>(row.reason); number >= 0)
            fmt::print(std::cout, "*{}* ({})\n\t{}\n\n", escaped(row.name), number, escaped(row.meaning));
}

/// The line with the values of the constants that it names, as @its.key@; IllegalArgument for a key that is none.
Result<std::string> filled(std::string_view line) {
    constexpr std::string_view ofKeys = "abcdefghijklmnopqrstuvwxyz0123456789_.";
    const Constants standard;
    std::string made;
    for (auto at = line.find('@'); at != line.npos; at = line.find('@')) {
        const auto end = line.find_first_not_of(ofKeys, at + 1);
        const bool isKey = end != line.npos && end > at + 1 && line[end] == '@';
        made += line.substr(0, isKey ? at : at + 1);
        if (isKey) {
            const auto* row = STINT_TRY(constantRow(line.substr(at + 1, end - at - 1)));
            made += escaped(constantText(standard, *row));
        }
        line.remove_prefix(isKey ? end + 1 : at + 1);
    }
    return made += line;
}

} // namespace

int main(int count, char** words) {
    std::ifstream page(count == 2 ? words[1] : "");
    if (!page) {
        std::cerr << "stint-man-page PAGE.scd\n";
        return 1;
    }
    for (std::string line; std::getline(page, line);) {
#ifdef STINT_MAN_FLEET
        if (printFleetTable(line)) continue;
#endif
        if (line == "@verbs@") {
            printVerbs();
        } else if (line == "@exit-codes@") {
            printExitCodes();
        } else if (line == "@constants@") {
            printConstants();
        } else if (line == "@pending-reasons@") {
            printReasons(pendingRows());
        } else if (line == "@stop-reasons@") {
            printReasons(stopRows());
        } else if (const auto text = filled(line); text.ok()) {
            std::cout << *text << "\n";
        } else {
            std::cerr << words[1] << ": " << text.error().message << "\n";
            return 1;
        }
    }
    return 0;
}
