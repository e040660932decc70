// stint-sim, which `stint` becomes for the verbs that play: `stint sim` and `stint demo`, on the core that stintd runs.
// They ask no daemon, and no network.
#include <algorithm>
#include <array>
#include <cerrno>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "base/unix/process.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/cli/program.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/terminal.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/explanation.hpp"
#include "faces/views/json.hpp"
#include "faces/views/json_row.hpp"
#include "sim/judge/report.hpp"
#include "sim/scenario/scenario.hpp"

namespace stint::player {

/// demo.yaml, as it is in the program.
extern const std::string_view demoScenario;

// `stint demo`: a day of a laptop, with `stint why` at three moments.

namespace {

using namespace cli; // printing, and exit codes

/// The texts of the scenes: what a person sees, and asks. One for each wait that the scenario explains, and one for the
/// end.
constexpr std::array<std::string_view, 4> scenes{
    "8 o'clock, at home. You ask for a film of 20 GB, where it costs nothing: `stint get --unmetered URL`. A backup is "
    "to run while the laptop charges: `stint run --charging -- ./backup.sh`. Half an hour later you sit in a train, "
    "with "
    "a telephone for a network. Why does the film not go on?",
    "And the backup?",
    "In the office. An app that you hardly ever open looks for news every two hours, for six minutes each time. By now "
    "it waits, too, and for a reason of another kind:",
    "In the evening, at home again and plugged in. Nobody has to do anything."};

constexpr std::string_view next = "\nThe same on this machine, with real things:\n"
                                  "  stint get URL            a download that outlives this terminal\n"
                                  "  stint run -- COMMAND     a command, when the device sees fit\n"
                                  "  stint why JOB            what keeps it from running\n"
                                  "  stint help               every verb; `stint sim FILE` plays your own day";

constexpr std::size_t widest = 100;

/// Prints what happened to jobs in (from, to].
void printTrace(const sim::History& history, Duration from, Duration to, const Screen& screen) {
    sim::History jobs;
    std::ranges::copy_if(history, std::back_inserter(jobs), [&](const sim::Happening& one) {
        return one.job && one.what != "notified" && one.at > from && one.at <= to;
    });
    if (jobs.empty()) return;
    for (const std::string& line : sim::traceTable(jobs))
        screen.print(fmt::format("  {}", line));
}

void printScene(std::string_view words, const Screen& screen) {
    screen.print("");
    for (const std::string& line : wrapped(words, std::min<std::size_t>(screen.columns(), widest)))
        screen.print(screen.painted(line, Paint::Strong));
}

void tell(const sim::Played& played, const Screen& screen) {
    for (const std::string& line :
         wrapped("A day in the simulator: the scheduler is the real one, the rest is not. Times "
                 "count from 8 o'clock.",
                 std::min<std::size_t>(screen.columns(), widest)))
        screen.print(line);
    Duration shown{0};
    for (std::size_t n = 0; n < played.explained.size(); ++n) {
        const sim::Explained& wait = played.explained[n];
        printScene(scenes.at(n), screen);
        printTrace(played.history, std::exchange(shown, wait.at), wait.at, screen);
        screen.print(fmt::format("$ stint why {}", textOf(wait.job.key)));
        printExplanation({wait.job, wait.blockers}, wait.now, screen);
    }
    printScene(scenes.back(), screen);
    printTrace(played.history, shown, Duration::max(), screen);
    screen.print(next);
}

int playDemo(const Arguments&, const Screen& screen) {
    const auto scenario = sim::readScenario(std::string(demoScenario), "demo.yaml");
    if (!scenario) return screen.fail(ends::internal, scenario.error().message);
    const auto played = sim::play(*scenario, {});
    if (!played) return screen.fail(ends::internal, played.error().message);
    if (screen.json())
        for (const sim::Explained& wait : played->explained)
            screen.print(jsonOf(wait.job, wait.blockers));
    else
        tell(*played, screen);
    return ends::ok;
}

// `stint sim`: plays scenarios, under a virtual clock (scenario.md, running).

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

/// A seed is taken, and changes nothing: no rule draws by chance (scenario.md, time in a simulation).
Result<void> checkSeed(std::string_view text) {
    if (numberIn<std::uint64_t>(text)) return {};
    return fail(Errc::ILLEGAL_ARGUMENT, "--seed cannot be \"{}\"; it is a whole number such as 7", text);
}

Result<Wanted> wantedBy(const Arguments& given) {
    Wanted wanted{.checkOnly = given.has("check"), .diff = given.has("diff")};
    if (const auto until = given.value("until")) wanted.options.until = STINT_TRY(parseDuration(*until));
    if (const auto seed = given.value("seed")) STINT_TRY(checkSeed(*seed));
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

int playScenarios(const Arguments& given, const Screen& screen) {
    const auto wanted = wantedBy(given);
    if (!wanted) return invalidFile(screen, wanted.error());
    int worst = ends::ok;
    for (const auto& file : given.words)
        worst = std::max(worst, playFile(file, *wanted, screen));
    return worst;
}

} // namespace
} // namespace stint::player

using namespace stint;

/// Gets the very line of `stint`, whose process becomes this program.
int main(int count, char** words) {
    std::vector<std::string> line(words + 1, words + count);
    if (line.empty()) line.emplace_back("sim"); // its error says what it needs
    return cli::runProgram(line, [](const cli::Invocation& asked, const cli::Screen& screen) {
        if (asked.verb->name == "sim") return player::playScenarios(asked.arguments, screen);
        if (asked.verb->name == "demo") return player::playDemo(asked.arguments, screen);
        return screen.fail(cli::ends::usage,
                           "stint-sim plays scenarios for `stint sim` and `stint demo`; it has no other verb");
    });
}
