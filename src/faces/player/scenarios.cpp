// `stint sim`: plays scenarios on the core that stintd runs, under a virtual clock (scenario.md, running).
#include "faces/player/verbs.hpp"

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <system_error>

#include <fmt/core.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "base/unix/proc.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/table.hpp"
#include "faces/views/json_row.hpp"
#include "sim/judge/report.hpp"
#include "sim/judge/tally.hpp"
#include "sim/scenario/reader.hpp"

namespace stint::player {
namespace {

using namespace cli; // printing, and exit codes

struct Wanted {
    sim::Options options;
    bool checkOnly = false;
    bool diff = false;
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
    Wanted wanted{.checkOnly = given.has("check"), .diff = given.has("diff")};
    if (const auto until = given.value("until")) wanted.options.until = STINT_TRY(parseDuration(*until));
    if (const auto seed = given.value("seed")) wanted.options.seed = STINT_TRY(seedIn(*seed));
    if (const auto policy = given.value("policy")) {
        std::string text = STINT_TRY(textOf(*policy));
        wanted.options.policy = {{*policy, std::move(text)}};
    }
    if (wanted.diff && !wanted.options.policy)
        return fail(Errc::ILLEGAL_ARGUMENT, "--diff compares with another policy; name it by --policy FILE.toml");
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

/// One difference: a sum of one job, or of one app.
struct DiffLine {
    std::string who, what;
    std::int64_t before = 0, after = 0;

    static constexpr auto fields = [](auto& field, auto& line) {
        field("who", line.who);
        field("what", line.what);
        field("before", line.before);
        field("after", line.after);
    };
};

void printDiff(const Screen& screen, const std::vector<sim::Difference>& differences) {
    Table table({{"WHO"}, {"WHAT"}, {"AS IT IS", Table::Align::Right}, {"BY THAT POLICY", Table::Align::Right}});
    for (const sim::Difference& difference : differences)
        for (std::size_t n = 0; n < sim::sumNames.size(); ++n) {
            const auto before = difference.before[n], after = difference.after[n];
            if (before == after) continue;
            const auto sum = static_cast<sim::Sum>(n);
            const std::string what(sim::sumNames[n]);
            if (screen.json())
                screen.print(jsonOfRow(DiffLine{difference.of, what, before, after}));
            else
                table.add({difference.of, what, sim::sumText(sum, before), sim::sumText(sum, after)});
        }
    if (screen.json()) return;
    if (differences.empty()) return screen.print("That policy changes nothing of it.");
    table.print(screen);
}

/// Compares a run under the scenario's own policy with one under the other; each app acts as it does, or was seen to
/// do.
int diffFile(const sim::Scenario& scenario, const sim::Options& options, const Screen& screen) {
    sim::Options own = options;
    own.whatIf = true;
    sim::Options other = own;
    own.policy.reset();
    const auto before = sim::play(scenario, own);
    if (!before) return invalidFile(screen, before.error());
    const auto after = sim::play(scenario, other);
    if (!after) return invalidFile(screen, after.error());
    const Duration end = options.until.value_or(sim::endOf(scenario));
    printDiff(screen, sim::differences(sim::tallyOf(*before, end), sim::tallyOf(*after, end)));
    return ends::ok;
}

int playFile(const std::string& file, const Wanted& wanted, const Screen& screen) {
    const auto text = textOf(file);
    if (!text) return invalidFile(screen, text.error());
    const auto scenario = sim::readScenario(*text, file);
    if (!scenario) return invalidFile(screen, scenario.error());
    if (wanted.checkOnly) return ends::ok;
    if (wanted.diff) return diffFile(*scenario, wanted.options, screen);
    const auto played = sim::play(*scenario, wanted.options);
    if (!played) return invalidFile(screen, played.error());
    print(screen, *scenario, *played);
    return played->passed() ? ends::ok : ends::failure;
}

} // namespace

int playScenarios(const Arguments& given, const Screen& screen) {
    const auto wanted = wantedBy(given);
    if (!wanted) return invalidFile(screen, wanted.error());
    int worst = ends::ok;
    for (const auto& file : given.words)
        worst = std::max(worst, playFile(file, *wanted, screen));
    return worst;
}

} // namespace stint::player
