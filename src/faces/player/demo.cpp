// `stint demo`: a day of a laptop, played by the simulator on the core that stintd runs, with `stint why` at three
// moments. Asks no daemon and no network.
#include "faces/player/demo.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

#include "faces/player/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/explanation.hpp"
#include "faces/views/json.hpp"
#include "sim/judge/report.hpp"
#include "sim/scenario/reader.hpp"

namespace stint::player {
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

constexpr std::string_view next =
    "\nThe same on this machine, with real things:\n"
    "  stint get URL            a download that outlives this terminal\n"
    "  stint run -- COMMAND     a command, when the device sees fit\n"
    "  stint why JOB            what keeps it from running\n"
    "  stint help               everything else; `stint sim FILE` plays a day of your own";

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
    screen.print("A day in the simulator: the scheduler is the real one, the rest is not. Times count from 8 o'clock.");
    Duration told{0};
    for (std::size_t n = 0; n < played.explained.size(); ++n) {
        const sim::Explained& wait = played.explained[n];
        printScene(scenes.at(n), screen);
        printTrace(played.history, std::exchange(told, wait.at), wait.at, screen);
        screen.print(fmt::format("$ stint why {}", textOf(wait.job.key)));
        printExplanation({wait.job, wait.blockers}, wait.now, screen);
    }
    printScene(scenes.back(), screen);
    printTrace(played.history, told, Duration::max(), screen);
    screen.print(next);
}

} // namespace

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

} // namespace stint::player
