// `stint` alone: what is going on now, and what to type next. It only looks: no daemon is started for it.
#include <algorithm>
#include <tuple>

#include <fmt/core.h>

#include "base/result/try.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "faces/cli/line/commands.hpp"
#include "faces/control/lookup.hpp"
#include "faces/control/start_daemon.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/job_table.hpp"
#include "faces/views/json_row.hpp"

namespace stint::cli {
namespace {

constexpr std::size_t mostShown = 8;

/// Lines to type, each with its result.
using Hints = std::vector<std::pair<std::string, std::string_view>>;

void printHints(const Hints& hints, const Screen& screen) {
    std::size_t width = 0;
    for (const auto& [typed, what] : hints)
        width = std::max(width, widthOf(typed));
    screen.print("");
    for (const auto& [typed, what] : hints)
        screen.print(fmt::format("  {}  {}", padRight(typed, width), screen.painted(what, Paint::Faint)));
}

Hints firstSteps() {
    return {{"stint get URL", "a download; Ctrl-C detaches, it goes on"},
            {"stint run -- COMMAND", "a command, when the device sees fit"},
            {"stint demo", "a day in the simulator: what waits, and why"},
            {"stint help", "every verb"}};
}

/// Hints for these jobs: one for a running job, then one for a waiting one.
Hints stepsWith(const std::vector<JobView>& jobs) {
    Hints hints;
    for (const auto& [state, verb, what] :
         {std::tuple{JobView::State::Running, "watch", "how far it is; Ctrl-C leaves it"},
          {JobView::State::Pending, "why", "what keeps it from running"}}) {
        const auto job = std::ranges::find(jobs, state, &JobView::state);
        if (job != jobs.end())
            hints.emplace_back(fmt::format("stint {} {}", verb, printable(shortTextOf(job->key))), what);
    }
    hints.emplace_back("stint help", "every verb");
    return hints;
}

Result<std::vector<JobView>> tracked() {
    auto daemon = STINT_TRY(Daemon::connectIfThere());
    return daemon.jobs(std::nullopt, false);
}

} // namespace

int now(const Screen& screen) {
    auto jobs = tracked();
    if (!jobs.ok() && jobs.error().code != Errc::UNAVAILABLE) return screen.fail("cannot list jobs", jobs.error());
    if (screen.json()) {
        if (!jobs.ok()) screen.warn(jobs.error().message);
        for (const JobView& job : jobs.ok() ? *jobs : std::vector<JobView>{})
            screen.print(jsonOfRow(job));
        return ends::ok;
    }
    if (!jobs.ok()) {
        screen.print(mayStartDaemon() ? "stintd does not run, so no job does. The next verb that needs it starts it."
                                      : "stintd does not run, so no job does. Start it with: stintd &");
        printHints(firstSteps(), screen);
        return ends::ok;
    }
    if (jobs->empty()) {
        screen.print("No job runs, and none waits.");
        printHints(firstSteps(), screen);
        return ends::ok;
    }
    std::ranges::stable_sort(*jobs, std::ranges::greater(),
                             [](const JobView& job) { return job.state == JobView::State::Running; });
    const Hints hints = stepsWith(*jobs);
    const std::size_t left = jobs->size() - std::min(jobs->size(), mostShown);
    jobs->resize(jobs->size() - left);
    trackedJobs(*jobs, wallNow()).print(screen);
    if (left > 0) screen.print(fmt::format("and {} more: stint jobs", left));
    printHints(hints, screen);
    return ends::ok;
}

} // namespace stint::cli
