// The lines that Enter shows of a job, an app or a value of the device.
#include <fmt/core.h>

#include "faces/cli/top/page.hpp"
#include "faces/views/app_facts.hpp"
#include "faces/views/explanation.hpp"
#include "faces/views/limit_text.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli::top {
namespace {

std::string timesOf(const std::optional<WallTime>& since, const std::optional<WallTime>& until, WallTime now) {
    std::string text = since ? fmt::format("  since {}", ago(*since, now)) : "";
    if (until) text += fmt::format("{}until {}", text.empty() ? "  " : ", ", ahead(*until, now));
    return text;
}

void addBlocker(std::vector<Line>& lines, const Blocker& blocker, WallTime now) {
    lines.push_back({""});
    lines.push_back({blockerText(blocker), Paint::Waiting});
    if (std::string times = timesOf(blocker.since, blocker.until, now); !times.empty())
        lines.push_back({std::move(times)});
    if (!blocker.clears.empty()) lines.push_back({"  to clear it: " + blocker.clears});
}

std::string amountText(Bytes done, Bytes estimated) {
    if (estimated == NETWORK_BYTES_UNKNOWN) return formatSize(done);
    return fmt::format("{} of {}", formatSize(done), formatSize(estimated));
}

void addRun(std::vector<Line>& lines, const JobView& job) {
    if (job.notification && !(job.notification->getTitle() + job.notification->getText()).empty())
        lines.push_back({fmt::format("it says: {} {}", job.notification->getTitle(), job.notification->getText())});
    if (job.clocks)
        lines.push_back({fmt::format("may run until {} at the longest; not stopped for others until {}",
                                     clockText(job.clocks->limit), clockText(job.clocks->guaranteed))});
    if (job.keepsAwake) lines.push_back({"the machine is kept awake for it"});
    if (!job.guarded.empty()) lines.push_back({fmt::format("{}: {}", job.guarded, job.waitsFor), Paint::Waiting});
}

} // namespace

std::vector<Line> linesOf(const Explanation& it, WallTime now) {
    std::vector<Line> lines{{headlineOf(it, now), Paint::Strong}};
    for (const Blocker& blocker : it.blockers)
        addBlocker(lines, blocker, now);
    lines.push_back({""});
    const JobView& job = it.job;
    lines.push_back(
        {fmt::format("{}, on behalf of {}, scheduled {}", kindText(job), job.key.app.name, ago(job.scheduled, now))});
    if (job.state == JobView::State::Running) addRun(lines, job);
    if (job.transferredDown > 0 || job.estimatedDown > 0)
        lines.push_back({"received " + amountText(job.transferredDown, job.estimatedDown)});
    if (job.transferredUp > 0 || job.estimatedUp > 0)
        lines.push_back({"sent " + amountText(job.transferredUp, job.estimatedUp)});
    if (job.failures > 0 || job.systemStops > 0)
        lines.push_back({fmt::format("failures: {}; stops by the system: {}", job.failures, job.systemStops)});
    for (std::string& remark : remarksOn(it, now))
        lines.push_back({std::move(remark)});
    return lines;
}

std::vector<Line> linesOf(const AppView& app, WallTime now) {
    std::vector<Line> lines;
    for (const AppFact& fact : factsOf(app, now))
        lines.push_back({fmt::format("{:<12}{}", fact.key, fact.value)});
    for (const auto& [what, quota] : {std::pair{"quota", &app.quota}, {"expedited", &app.expedited}})
        for (const auto& [when, length] : quota->comesBack)
            lines.push_back({fmt::format("{:<12}{} comes back {}", what, briefly(length), ahead(when, now))});
    return lines;
}

std::vector<Line> linesOf(const DeviceSeen& device, const std::string& id, WallTime now) {
    if (id == "power") return {{powerText(device.doze, now)}};
    if (id == "doze") return {{dozeText(device.doze, now)}};
    for (const auto& row : device.values)
        if (id == "value " + row.key)
            return {
                {fmt::format("{} is {}", row.key, row.value), Paint::Strong},
                {fmt::format("source: {}{}", row.source, row.since ? ", since " + ago(*row.since, now) : "")},
                {fmt::format("decides: {}", row.decides.empty() ? "nothing now" : row.decides)},
                {fmt::format("`stint device set {0}=VALUE` overrides it, `stint device reset {0}` ends that", row.key),
                 Paint::Faint}};
    for (const auto& limit : device.limits) {
        if (id != "limit " + limit.work) continue;
        if (limit.open) return {{limit.work + " go on", Paint::Good}};
        return {{fmt::format("{} are held: {}", limit.work, limit.detail), Paint::Waiting},
                {timesOf(limit.since, limit.until, now)},
                {"  to clear it: " + limit.clears},
                {"  by the table's cell " + limit.cell, Paint::Faint}};
    }
    return {};
}

} // namespace stint::cli::top
