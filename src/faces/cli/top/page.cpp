#include "faces/cli/top/page.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/core.h>

#include "base/text/number.hpp"
#include "faces/control/lookup.hpp"
#include "faces/views/app_facts.hpp"
#include "faces/views/explanation.hpp"
#include "faces/views/limit_text.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli::top {
namespace {

/// How long it has run, or when it starts at the earliest.
std::string timeOf(const JobView& job, WallTime now) {
    if (job.state == JobView::State::Running) return job.started ? briefly(now - *job.started) : "-";
    return job.earliest && *job.earliest > now ? ahead(*job.earliest, now) : "-";
}

std::string nameOfJob(const JobView& job) { return job.label.empty() ? textOf(job.key) : job.label; }

Field whatOf(const JobProgress& job, Moment now) {
    const JobView& view = job.job();
    if (job.waits()) {
        const Progress had = progressOf(view);
        const std::string amount = had.done > 0 ? progressText(had) + "; " : "";
        return {fmt::format("{}: {}{}", nameOfJob(view), amount, waitsText(view))};
    }
    if (!view.guarded.empty()) return {fmt::format("{}: {}", nameOfJob(view), view.waitsFor)};
    Progress progress = job.progress(now.steady);
    progress.label = nameOfJob(view);
    if (progress.done > 0 || progress.total != NETWORK_BYTES_UNKNOWN) return {nameOfJob(view), Paint::None, progress};
    if (!view.notification || view.notification->getText().empty()) return {nameOfJob(view)};
    return {fmt::format("{}: {}", nameOfJob(view), view.notification->getText())};
}

Row rowOf(const JobProgress& job, Moment now) {
    const JobView& view = job.job();
    return {textOf(view.key),
            {{shortTextOf(view.key), Paint::Strong},
             {std::string(stateWord(view)), paintOf(view)},
             {timeOf(view, now.wall)},
             {kindText(view), Paint::Faint},
             whatOf(job, now)},
            view.state == JobView::State::Running || timeOf(view, now.wall) != "-"};
}

Row rowOf(const AppView& app) {
    const std::string& package = app.manifest.package.name;
    std::string note = noteOf(app);
    if (app.manifest.system) note = note.empty() ? "part of the system" : "part of the system; " + note;
    const auto [state, bucket, network, left] = standingOf(app);
    return {package,
            {{app.manifest.label.empty() ? package : app.manifest.label, Paint::Strong},
             {state},
             {bucket},
             {network, app.networkAllowed ? Paint::None : Paint::Waiting},
             {left},
             {fmt::format("{}/{}", app.running, app.jobs)},
             {fmt::format("{}{}{}", package, note.empty() ? "" : ": ", note), app.bad ? Paint::Bad : Paint::Faint}}};
}

bool holds(std::string_view text, std::string_view words) {
    const auto same = [](unsigned char one, unsigned char other) { return std::tolower(one) == std::tolower(other); };
    return std::search(text.begin(), text.end(), words.begin(), words.end(), same) != text.end();
}

} // namespace

Page nowPage(const Jobs& jobs, Moment now) {
    Page page{{{"JOB"}, {"STATE"}, {"TIME", true, 56}, {"KIND", false, 120}, {"WHAT"}},
              {},
              "No job runs, and none waits. `stint get URL` downloads, `stint run -- COMMAND` runs a command."};
    for (const bool running : {true, false})
        for (const auto& [key, job] : jobs)
            if ((job.job().state == JobView::State::Running) == running) page.rows.push_back(rowOf(job, now));
    return page;
}

Page appsPage(const std::vector<AppView>& apps, WallTime) {
    Page page{{{"APP"},
               {"STATE", false, 60},
               {"BUCKET"},
               {"NETWORK", false, 70},
               {"QUOTA LEFT", true, 76},
               {"JOBS", true, 50},
               {"PACKAGE"}},
              {},
              "No app is installed."};
    for (const bool system : {false, true})
        for (const AppView& app : apps)
            if (app.manifest.system == system) page.rows.push_back(rowOf(app));
    return page;
}

Page devicePage(const DeviceSeen& device, WallTime now) {
    Page page{{{"KEY"}, {"VALUE"}, {"SOURCE", false, 100}, {"SINCE", true, 60}, {"WHAT"}}, {}, ""};
    const auto since = [&](const std::optional<WallTime>& when) { return when ? ago(*when, now) : "-"; };
    for (const auto& row : device.values)
        page.rows.push_back({"value " + row.key,
                             {{row.key, Paint::Strong},
                              {row.value},
                              {row.source, row.source == "set" ? Paint::Waiting : Paint::Faint},
                              {since(row.since)},
                              {row.decides.empty() ? "-" : row.decides, Paint::Faint}},
                             row.since.has_value()});
    page.rows.push_back({"power",
                         {{"power", Paint::Strong}, {""}, {""}, {""}, {powerText(device.doze, now)}},
                         device.doze.chargingAt.has_value()});
    page.rows.push_back({"doze",
                         {{"doze", Paint::Strong}, {""}, {""}, {""}, {dozeText(device.doze, now)}},
                         device.doze.deepUntil || device.doze.lightUntil});
    for (const auto& limit : device.limits)
        page.rows.push_back({"limit " + limit.work,
                             {{limit.work, Paint::Strong},
                              {limit.open ? "goes on" : "held", limit.open ? Paint::Good : Paint::Waiting},
                              {limit.by, Paint::Faint},
                              {limit.open ? "-" : since(limit.since)},
                              {limit.open ? "-" : fmt::format("{}; to clear it: {}", limit.detail, limit.clears)}},
                             limit.since.has_value()});
    return page;
}

void keepOnly(Page& page, const std::string& words) {
    if (words.empty()) return;
    std::erase_if(page.rows, [&](const Row& row) {
        return !holds(row.id, words) &&
               std::ranges::none_of(row.fields, [&](const Field& field) { return holds(field.text, words); });
    });
    page.empty = fmt::format("Nothing here has \"{}\" in it. Escape shows all again.", words);
}

std::string runNowQuestion(const Explanation& it) {
    std::string although;
    for (const Blocker& blocker : it.blockers)
        although += (although.empty() ? ", although: " : "; ") + blockerText(blocker);
    return fmt::format("Run {} ({}) now{}?", shortTextOf(it.job.key), nameOfJob(it.job),
                       although.empty() ? "; nothing keeps it from it" : although);
}

std::string cancelQuestion(const JobView& job) {
    return fmt::format("Cancel {} ({})? It {}, and is gone for good.", shortTextOf(job.key), nameOfJob(job),
                       job.state == JobView::State::Running ? "runs" : "waits");
}

std::string stopQuestion(const AppId& app, const std::string& label, const Jobs& jobs) {
    std::string dying;
    std::size_t running = 0;
    for (const auto& [key, job] : jobs) {
        if (key.app != app || job.job().state != JobView::State::Running) continue;
        ++running;
        dying += fmt::format("{}{} ({})", dying.empty() ? "" : ", ", shortTextOf(key), nameOfJob(job.job()));
    }
    return fmt::format("Stop {} ({})? All of its processes die at once{}{}.", label.empty() ? app.name.str() : label,
                       app.name,
                       running == 0 ? "" : fmt::format(", and with them {}: ", counted(running, "job", "jobs")), dying);
}

// The lines that Enter shows of a job, an app or a value of the device.

namespace {

std::string timesOf(const std::optional<WallTime>& since, const std::optional<WallTime>& until, WallTime now) {
    std::string text = since ? fmt::format("  since {}", ago(*since, now)) : "";
    if (until) text += fmt::format("{}until {}", text.empty() ? "  " : ", ", ahead(*until, now));
    return text;
}

void addBlocker(std::vector<PaintedLine>& lines, const Blocker& blocker, WallTime now) {
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

void addRun(std::vector<PaintedLine>& lines, const JobView& job) {
    if (job.notification && !(job.notification->getTitle() + job.notification->getText()).empty())
        lines.push_back({fmt::format("it says: {} {}", job.notification->getTitle(), job.notification->getText())});
    if (job.clocks)
        lines.push_back({fmt::format("may run until {} at the longest; not stopped for others until {}",
                                     clockText(job.clocks->limit), clockText(job.clocks->guaranteed))});
    if (job.keepsAwake) lines.push_back({"the machine is kept awake for it"});
    if (!job.guarded.empty()) lines.push_back({fmt::format("{}: {}", job.guarded, job.waitsFor), Paint::Waiting});
}

} // namespace

std::vector<PaintedLine> linesOf(const Explanation& it, WallTime now) {
    std::vector<PaintedLine> lines{{headlineOf(it, now), Paint::Strong}};
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

std::vector<PaintedLine> linesOf(const AppView& app, WallTime now) {
    std::vector<PaintedLine> lines;
    for (const AppFact& fact : factsOf(app, now))
        lines.push_back({fmt::format("{:<12}{}", fact.key, fact.value)});
    for (const auto& [what, quota] : {std::pair{"quota", &app.quota}, {"expedited", &app.expedited}})
        for (const auto& [when, length] : quota->comesBack)
            lines.push_back({fmt::format("{:<12}{} comes back {}", what, briefly(length), ahead(when, now))});
    return lines;
}

std::vector<PaintedLine> linesOf(const DeviceSeen& device, const std::string& id, WallTime now) {
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
