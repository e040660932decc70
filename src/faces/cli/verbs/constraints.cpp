// `stint help constraints`: the table by which jobs are checked (jobs.md §1.5), for a person, a program, and for
// docs/constraints.md, which is its --markdown.
#include <algorithm>

#include <fmt/core.h>

#include "base/text/nearest.hpp"
#include "base/text/split.hpp"
#include "contract/rules/carries.hpp"
#include "faces/cli/line/commands.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/table.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json.hpp"

namespace stint::cli {
namespace {

using FieldRows = std::vector<const JobField*>;

FieldRows rowsWith(std::string_view text) {
    FieldRows rows;
    std::ranges::copy_if(carriesTable(), std::back_inserter(rows), [low = lowered(text)](const JobField* row) {
        return lowered(row->method).find(low) != std::string::npos;
    });
    return rows;
}

int noSuch(const std::string& text, const Screen& screen) {
    std::vector<std::string_view> methods;
    for (const JobField* row : carriesTable())
        methods.push_back(row->method);
    auto meant = nearest(text, methods);
    return screen.fail(ends::noInput, fmt::format("no method has \"{}\" in its name{}", printable(text),
                                                  meant ? fmt::format(" (did you mean \"{}\"?)", *meant) : ""));
}

const char* word(bool may) { return may ? "yes" : "no"; }

/// The work layer's column may hold a condition: "yes (not expedited)".
std::string workWord(std::string_view work) {
    const bool plain = work == "yes" || work == "no" || work == "always";
    return plain ? std::string(work) : fmt::format("yes ({})", work);
}

void printMarkdown(const FieldRows& rows, const Screen& screen) {
    screen.print("# Which kind of job may carry what\n\n"
                 "Made by `stint help constraints --markdown` from the table that jobs are checked by;\n"
                 "`cmake --build BUILD --target constraints_page` makes it anew.\n\n"
                 "| Method | Regular | Expedited | User-initiated | Work layer | Note |\n"
                 "|---|---|---|---|---|---|");
    for (const JobField* row : rows)
        screen.print(fmt::format("| `{}` | {} | {} | {} | {} | {} |", row->method, word(row->regular),
                                 word(row->expedited), word(row->userInitiated), workWord(row->work), row->note));
}

void printTable(const FieldRows& rows, const Screen& screen) {
    Table table({{"METHOD"}, {"REGULAR"}, {"EXPEDITED"}, {"USER-INITIATED"}, {"WORK LAYER"}, {"NOTE"}});
    const auto cell = [](bool may) { return Cell(word(may), may ? Paint::Good : Paint::Bad); };
    for (const JobField* row : rows)
        table.add({std::string(row->method), cell(row->regular), cell(row->expedited), cell(row->userInitiated),
                   workWord(row->work), std::string(row->note)});
    table.print(screen);
}

int helpConstraints(const Arguments& given, const Screen& screen) {
    const std::string text = given.words.empty() ? "" : given.words[0];
    auto rows = rowsWith(text);
    if (rows.empty()) return noSuch(text, screen);
    if (given.has("markdown")) {
        printMarkdown(rows, screen);
    } else if (screen.json()) {
        for (const JobField* row : rows)
            screen.print(jsonOf(*row));
    } else {
        printTable(rows, screen);
    }
    return ends::ok;
}

} // namespace

Verb helpConstraintsVerb() {
    return {.name = "help constraints",
            .words = "[TEXT]",
            .fewest = 0,
            .most = 1,
            .summary = "which kind of job may carry what",
            .about =
                "The table that jobs are checked by: each method of JobInfo.Builder, and whether a regular, an "
                "expedited, a user-initiated job and the work layer may use it. TEXT is a part of a method's name.",
            .options = {{"--markdown", "", "as docs/constraints.md has it"}},
            .examples = {{"stint help constraints network", "what has to do with the network"}},
            .run = helpConstraints};
}

} // namespace stint::cli
