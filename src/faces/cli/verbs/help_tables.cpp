#include <algorithm>

#include <fmt/core.h>

#include "base/text/words.hpp"
#include "contract/rules/validation.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json.hpp"

namespace stint::cli {

// `stint help constraints`: the table by which jobs are checked (jobs.md §1.5), for a person, a program, and for
// docs/constraints.md, which is its --markdown.

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
            .summary = "which conditions each kind of job may have",
            .about =
                "The table that jobs are checked by: each method of JobInfo.Builder, and whether a regular, an "
                "expedited, a user-initiated job and the work layer may use it. TEXT is a part of a method's name.",
            .options = {{"--markdown", "", "as docs/constraints.md has it"}},
            .examples = {{"stint help constraints network", "what has to do with the network"}},
            .run = helpConstraints};
}

// `stint help exit-codes`: the exit codes of all verbs, from the table in exit_code.hpp.

namespace {

void printLines(const Screen& screen) {
    for (const ExitCode& row : exitCodes) {
        Json line = header();
        line["exitCode"] = row.code;
        line["error"] = row.word;
        line["meaning"] = row.meaning;
        screen.print(dumped(line));
    }
}

int helpExitCodes(const Arguments&, const Screen& screen) {
    if (screen.json()) {
        printLines(screen);
        return ends::ok;
    }
    Table table({{"CODE", Table::Align::Right}, {"WORD"}, {"WHAT IT SAYS"}});
    for (const ExitCode& row : exitCodes)
        table.add({std::to_string(row.code), std::string(row.word), std::string(row.meaning)});
    table.print(screen);
    return ends::ok;
}

} // namespace

Verb helpExitCodesVerb() {
    return {.name = "help exit-codes",
            .words = "",
            .summary = "what each exit code says",
            .about =
                "On every verb the same mistake ends with the same code. Under --json an error is an object on stderr: "
                "\"error\" with the code's word, \"message\" with the text that is printed without --json, and "
                "\"exitCode\"; what is only to be known has \"warning\" in their place.\n"
                "`run`, `start`, `wait` and `watch` end as what they follow does: with the exit code of the command, "
                "the program or the job, or 128 and the signal. Android's verbs (`cmd`, `am`) have Android's.",
            .options = {},
            .examples = {{"stint help exit-codes --json", "for a script"}},
            .run = helpExitCodes,
            .elsewhere = {}};
}

} // namespace stint::cli
