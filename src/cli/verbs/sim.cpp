// `stint sim`: plays scenarios on the core that stintd runs, under a virtual clock (scenario.md, running). It has its
// own exit codes: 0 every expectation held, 1 one did not, 2 a file could not be read or is not a scenario.
#include <algorithm>
#include <cerrno>
#include <sstream>
#include <system_error>

#include <fmt/core.h>

#include "base/fail.hpp"
#include "base/number.hpp"
#include "base/proc.hpp"
#include "base/time.hpp"
#include "base/try.hpp"
#include "cli/line/commands.hpp"
#include "cli/screen/exit_code.hpp"
#include "sim/reader.hpp"
#include "sim/report.hpp"

namespace stint::cli {
namespace {

struct Wanted {
    sim::Options options;
    bool checkOnly = false;
};

Result<std::string> textOf(const std::string& file) {
    auto text = readFile(file);
    if (text) return *std::move(text);
    return fail(Errc::SYSTEM, "cannot read {}: {}", file, std::generic_category().message(errno));
}

Result<std::uint64_t> seedIn(std::string_view text) {
    if (const auto seed = numberIn<std::uint64_t>(text)) return *seed;
    return fail(Errc::ILLEGAL_ARGUMENT, "--seed cannot be \"{}\"; it is a whole number such as 7", text);
}

Result<Wanted> wantedBy(const Arguments& given) {
    Wanted wanted{.checkOnly = given.has("check")};
    if (const auto until = given.value("until")) wanted.options.until = STINT_TRY(parseDuration(*until));
    if (const auto seed = given.value("seed")) wanted.options.seed = STINT_TRY(seedIn(*seed));
    if (const auto policy = given.value("policy")) wanted.options.policy = {{*policy, STINT_TRY(textOf(*policy))}};
    return wanted;
}

int invalidFile(const Screen& screen, const Error& error) {
    std::istringstream lines(error.message);
    for (std::string line; std::getline(lines, line);)
        screen.fail(ends::noScenario, line);
    return ends::noScenario;
}

void print(const Screen& screen, const sim::Scenario& scenario, const sim::Played& played) {
    if (screen.json()) {
        if (!screen.quiet())
            for (const auto& happening : played.history)
                screen.print(sim::traceJson(happening));
        return screen.print(sim::verdictJson(scenario, played));
    }
    if (!screen.quiet())
        for (const auto& line : sim::traceTable(played.history))
            screen.print(line);
    for (const auto& line : sim::verdictLines(scenario, played, !screen.quiet()))
        screen.print(line);
}

int playFile(const std::string& file, const Wanted& wanted, const Screen& screen) {
    const auto text = textOf(file);
    if (!text) return invalidFile(screen, text.error());
    const auto scenario = sim::readScenario(*text, file);
    if (!scenario) return invalidFile(screen, scenario.error());
    if (wanted.checkOnly) return ends::ok;
    const auto played = sim::play(*scenario, wanted.options);
    if (!played) return invalidFile(screen, played.error());
    print(screen, *scenario, *played);
    return played->passed() ? ends::ok : ends::failure;
}

int sim(const Arguments& given, const Screen& screen) {
    const auto wanted = wantedBy(given);
    if (!wanted) return invalidFile(screen, wanted.error());
    int worst = ends::ok;
    for (const auto& file : given.words)
        worst = std::max(worst, playFile(file, *wanted, screen));
    return worst;
}

} // namespace

Verb simVerb() {
    return {.name = "sim",
            .words = "FILE…",
            .fewest = 1,
            .most = Verb::many,
            .summary = "play scenarios under a virtual clock, and judge what they expect",
            .about =
                "A scenario says what happens to a device and its apps, and what must come of it; it is played on "
                "the very core that the daemon runs, days in milliseconds. Prints what happened, then what came of "
                "each expectation; with --quiet only what did not hold, and a verdict for each file.\n"
                "Ends with 0 when every expectation of every file held, 1 when one did not, 2 when a file could not "
                "be read or is no scenario: FILE:LINE:COLUMN, what is wrong, what would be right.",
            .options = {{"--until", "DURATION", "end of the run, over the scenario's own (3d)"},
                        {"--policy", "FILE.toml", "constants, over the scenario's own"},
                        {"--seed", "N", "what is random is drawn from it (default: 0)"},
                        {"--check", "", "read and check the files, play nothing"}},
            .examples = {{"stint sim rare.yaml", "what happens, and whether it is what was expected"},
                         {"stint sim --quiet scenarios/*.yaml", "verdicts only"},
                         {"stint sim --policy mine.toml day.yaml", "what a change of policy does"}},
            .run = sim};
}

} // namespace stint::cli
