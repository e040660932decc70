// The dump for a person, in the order of jobs.md §9.3.
#include <fmt/core.h>

#include "base/time.hpp"
#include "cli/dump.hpp"
#include "cli/job_info_facts.hpp"
#include "cli/phrases.hpp"
#include "cli/table.hpp"
#include "cli/text.hpp"

namespace stint::cli {
namespace {

using enum Table::Align;

/// A line of the dump, so deep in it. Words of apps are in all of them.
void put(const Screen& screen, int depth, std::string_view line) {
    screen.print(printable(fmt::format("{:{}}{}", "", 2 * depth, line)));
}

void putTable(const Screen& screen, const Table& table) {
    if (table.empty()) return put(screen, 1, "(none)");
    for (const auto& line : table.lines(screen))
        screen.print(fmt::format("  {}", line));
}

void printDevice(const std::vector<wire::DeviceRow>& device, const Screen& screen) {
    put(screen, 0, "Device:");
    for (const auto& row : device)
        put(screen, 1, fmt::format("{}={} ({})", row.key, row.value, row.source));
}

void printApps(const std::vector<AppView>& apps, const Screen& screen) {
    put(screen, 0, "Apps:");
    Table table({{"PACKAGE"}, {"STATE"}, {"JOBS", Right}, {"RUNNING", Right}, {"CRASHED TOO OFTEN"}});
    for (const auto& app : apps)
        table.add({app.manifest.package.name, std::string(nameOf(app.state)), std::to_string(app.jobs),
                   std::to_string(app.running), app.bad ? "yes" : "no"});
    putTable(screen, table);
}

std::string constraintNames(const std::vector<PendingReason>& reasons) {
    constexpr std::string_view prefix = "CONSTRAINT_";
    std::string text;
    for (PendingReason reason : reasons) {
        std::string_view name = nameOf(reason);
        if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
        text += fmt::format(" {}", name);
    }
    return text.empty() ? " none" : text;
}

std::string reasonNames(const std::vector<PendingReason>& reasons) {
    std::string text;
    for (PendingReason reason : reasons)
        text += fmt::format("{}{}", text.empty() ? "" : " ", nameOf(reason));
    return text;
}

void printInfo(const JobInfo& info, const Screen& screen) {
    put(screen, 2, "JobInfo:");
    for (const auto& fact : factsOf(info))
        put(screen, 3, fmt::format("{}={}", fact.name, textOf(fact)));
    put(screen, 2, fmt::format("Required constraints:{}", constraintNames(constraintsOf(info))));
}

void printWaiting(const DumpedJob& dumped, WallTime now, const Screen& screen) {
    put(screen, 2, fmt::format("Satisfied or passed over:{}", constraintNames(dumped.satisfied())));
    put(screen, 2, fmt::format("Unsatisfied constraints:{}", constraintNames(dumped.unsatisfied())));
    for (const auto& blocker : dumped.blockers)
        put(screen, 2,
            fmt::format("Kept by {}: {}; since {}, until {}", nameOf(blocker.reason),
                        blocker.detail.empty() ? meaningOf(blocker.reason) : blocker.detail,
                        blocker.since ? ago(*blocker.since, now) : "-",
                        blocker.until ? ahead(*blocker.until, now) : blocker.clears));
    if (!dumped.history.empty()) put(screen, 2, "Constraint changes, oldest first:");
    for (const auto& entry : dumped.history)
        put(screen, 3, fmt::format("{}: {}", ago(entry.when, now), reasonNames(entry.reasons)));
    const auto time = [now](const std::optional<WallTime>& at) {
        if (!at) return std::string("unknown");
        return *at > now ? ahead(*at, now) : ago(*at, now);
    };
    put(screen, 2,
        fmt::format("Run time: earliest {}, latest {}", time(dumped.job.earliest),
                    dumped.latest() ? time(dumped.latest()) : "none"));
}

void printReadiness(const Readiness& ready, const Screen& screen) {
    put(screen, 2,
        fmt::format("Ready: {} (job={} user={} !restricted={} !pending={} !active={} !backingup=true comp={})",
                    ready.all(), ready.job, ready.user, ready.unrestricted, ready.notPending, ready.notActive,
                    ready.component)); // LINUX: nothing is backed up
}

void printJob(const DumpedJob& dumped, WallTime now, const Screen& screen) {
    const JobView& job = dumped.job;
    put(screen, 1, fmt::format("JOB {}: {}", textOf(job.key), job.info ? job.info->getService().name : "-"));
    put(screen, 2, fmt::format("{}, {}{}", kindText(job), stateWord(job), job.label.empty() ? "" : ": " + job.label));
    if (job.info) printInfo(*job.info, screen);
    if (job.state == JobView::State::Pending) printWaiting(dumped, now, screen);
    put(screen, 2,
        fmt::format("Enqueued {}; failures: {}, system stops: {}", ago(job.scheduled, now), job.failures,
                    job.systemStops));
    printReadiness(readinessOf(dumped), screen);
}

void printRunning(const std::vector<DumpedJob>& jobs, WallTime now, const Screen& screen) {
    put(screen, 0, "Active jobs:");
    Table table({{"JOB"}, {"KIND"}, {"STATE"}, {"STARTED", Right}, {"DOWN", Right}, {"UP", Right}});
    for (const auto& [job, blockers, history] : jobs)
        if (job.state == JobView::State::Running)
            table.add({textOf(job.key), kindText(job), job.runState ? std::string(nameOf(*job.runState)) : "-",
                       job.started ? ago(*job.started, now) : "-", formatSize(job.transferredDown),
                       formatSize(job.transferredUp)});
    putTable(screen, table);
}

void printFinished(const std::vector<JobView>& finished, WallTime now, const Screen& screen) {
    put(screen, 0, "Completed and cancelled jobs, newest first:");
    Table table({{"JOB"}, {"ENDED", Right}, {"REASON"}, {"INTERNALLY"}, {"EXIT", Right}, {"OUTCOME"}});
    for (const auto& job : finished)
        if (const auto& end = job.completed)
            table.add({textOf(job.key), ago(end->ended, now), std::string(nameOf(end->ending.reason)),
                       std::string(nameOf(end->ending.internal)), std::to_string(end->outcome.exitCode),
                       end->outcome.text});
    putTable(screen, table);
}

} // namespace

void printDump(const Dump& dump, WallTime now, const Screen& screen) {
    printDevice(dump.device, screen);
    printApps(dump.apps, screen);
    put(screen, 0, fmt::format("Registered {} jobs:", dump.jobs.size()));
    for (const auto& job : dump.jobs)
        printJob(job, now, screen);
    printRunning(dump.jobs, now, screen);
    printFinished(dump.finished, now, screen);
    put(screen, 0, "Not told by stintd:");
    for (std::string_view missing : missingFromDump())
        put(screen, 1, missing);
}

} // namespace stint::cli
