// `stint help exit-codes`: the exit codes of all verbs, from the table in exit_code.hpp.
#include <fmt/core.h>

#include "faces/cli/line/commands.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "faces/screen/table.hpp"

namespace stint::cli {
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
