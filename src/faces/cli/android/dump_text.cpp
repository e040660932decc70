// The dump for a person, in the order of jobs.md §9.3.
#include <algorithm>

#include <fmt/core.h>

#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "contract/model/reasons.hpp"
#include "faces/cli/android/dump.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/job.hpp"
#include "faces/views/limit_text.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

using enum Table::Align;

void putTable(const Screen& screen, const Table& table) {
    if (table.empty()) return putLine(screen, 1, "(none)");
    for (const auto& line : table.lines(screen))
        screen.print(fmt::format("  {}", line));
}

void printConstants(const SchedulerView& view, const Screen& screen) {
    putLine(screen, 0, "Constants:");
    for (const auto& [key, value] : view.constants)
        putLine(screen, 1, fmt::format("{}={}", key, value));
}

void printPower(const SchedulerView& view, const Screen& screen) {
    putLine(screen, 0, "Power:");
    putLine(screen, 1,
            fmt::format("connected={} charging={} level={} notLow={}", view.plugged, view.charging, view.batteryPercent,
                        !view.batteryLow));
    putLine(screen, 1,
            fmt::format("monitoring={} sequence={}", view.batteryMonitored ? "on" : "off", view.batterySequence));
    putLine(screen, 0, "Storage:");
    putLine(screen, 1, fmt::format("notLow={} sequence={}", !view.storageLow, view.storageSequence));
    putLine(screen, 0, "Idle:");
    putLine(screen, 1, fmt::format("idle={} interactive={}", view.idle, view.interactive));
    // LINUX: a daemon serves one user, and runs while that one's session does.
    putLine(screen, 0, "Started users: 0");
}

void printDevice(const std::vector<wire::DeviceRow>& device, const Screen& screen) {
    putLine(screen, 0, "Device:");
    for (const auto& row : device)
        putLine(screen, 1, fmt::format("{}={} ({})", row.key, row.value, row.source));
}

void printApps(const std::vector<AppView>& apps, const Screen& screen) {
    putLine(screen, 0, "Apps:");
    Table table({{"PACKAGE"}, {"STATE"}, {"BIAS", Right}, {"JOBS", Right}, {"RUNNING", Right}, {"CRASHED TOO OFTEN"}});
    for (const auto& app : apps)
        table.add({app.manifest.package.name, std::string(nameOf(app.state)), std::to_string(app.bias),
                   std::to_string(app.jobs), std::to_string(app.running), app.bad ? "yes" : "no"});
    putTable(screen, table);
}

/// limits.md §2, §3, §4: each app's bucket and quotas.
void printUsage(const std::vector<AppView>& apps, WallTime now, const Screen& screen) {
    putLine(screen, 0, "Standby buckets and quotas:");
    Table table({{"PACKAGE"}, {"BUCKET"}, {"BATTERY"}, {"REGULAR"}, {"EXPEDITED"}});
    for (const auto& app : apps)
        table.add({app.manifest.package.name, bucketText(app), std::string(nameOf(app.batteryUse)),
                   quotaText(app.quota, now), quotaText(app.expedited, now)});
    putTable(screen, table);
}

void printSafeguards(const std::vector<AppView>& apps, const Screen& screen) {
    putLine(screen, 0, "Safeguards, counted within their windows:");
    Table table({{"PACKAGE"},
                 {"UI TIMEOUTS", Right},
                 {"EJ TIMEOUTS", Right},
                 {"REGULAR TIMEOUTS", Right},
                 {"UNRESPONSIVE", Right},
                 {"SCHEDULED", Right},
                 {"BUGGY"}});
    for (const auto& app : apps)
        if (const auto& counted = app.safeguards; counted != SafeguardView{})
            table.add({app.manifest.package.name, std::to_string(counted.userInitiated),
                       std::to_string(counted.expedited), std::to_string(counted.regular),
                       std::to_string(counted.unresponsive), std::to_string(counted.scheduled),
                       counted.buggy ? "yes" : "no"});
    putTable(screen, table);
}

std::string constraintNames(const std::vector<PendingReason>& reasons) {
    constexpr std::string_view prefix = "CONSTRAINT_";
    std::string text;
    for (const PendingReason reason : reasons) {
        std::string_view name = nameOf(reason);
        if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
        text += fmt::format(" {}", name);
    }
    return text.empty() ? " none" : text;
}

std::string reasonNames(const std::vector<PendingReason>& reasons) {
    std::string text;
    for (const PendingReason reason : reasons)
        text += fmt::format("{}{}", text.empty() ? "" : " ", nameOf(reason));
    return text;
}

void printInfo(const JobInfo& info, const Screen& screen) {
    putLine(screen, 2, "JobInfo:");
    for (const auto& fact : factsOf(info))
        putLine(screen, 3, fmt::format("{}={}", fact.name, textOf(fact)));
    putLine(screen, 2, fmt::format("Required constraints:{}", constraintNames(reasonsToWaitOf(info))));
}

/// limits.md §5: the constraints that together let a regular job of a restricted app run beyond its quota.
void printDynamic(const JobView& job, const std::vector<AppView>& apps, const Screen& screen) {
    const auto app = std::ranges::find(apps, job.key.app, [](const AppView& one) { return one.manifest.package; });
    const bool restricted = app != apps.end() && app->bucket == Bucket::Restricted;
    if (!restricted || job.kind != JobClass::Regular || !job.info) return;
    std::vector constraints{PENDING_JOB_REASON_CONSTRAINT_CHARGING, PENDING_JOB_REASON_CONSTRAINT_BATTERY_NOT_LOW,
                            PENDING_JOB_REASON_CONSTRAINT_DEVICE_IDLE};
    const bool needsNetwork = job.info->getRequiredNetwork().has_value();
    if (needsNetwork) constraints.push_back(PENDING_JOB_REASON_CONSTRAINT_CONNECTIVITY);
    putLine(screen, 2,
            fmt::format("Dynamic constraints:{}{}", constraintNames(constraints), needsNetwork ? " (unmetered)" : ""));
}

void printWaiting(const DumpedJob& dumped, WallTime now, const Screen& screen) {
    putLine(screen, 2, fmt::format("Satisfied or passed over:{}", constraintNames(dumped.satisfied())));
    putLine(screen, 2, fmt::format("Unsatisfied constraints:{}", constraintNames(dumped.unsatisfied())));
    for (const auto& blocker : dumped.blockers)
        putLine(screen, 2,
                fmt::format("Kept by {}: {}; since {}, until {}", nameOf(blocker.reason),
                            blocker.detail.empty() ? meaningOf(blocker.reason) : blocker.detail,
                            blocker.since ? ago(*blocker.since, now) : "-",
                            blocker.until ? ahead(*blocker.until, now) : blocker.clears));
    if (!dumped.history.empty()) putLine(screen, 2, "Constraint changes, oldest first:");
    for (const auto& entry : dumped.history)
        putLine(screen, 3, fmt::format("{}: {}", ago(entry.when, now), reasonNames(entry.reasons)));
}

std::string timeOr(const std::optional<WallTime>& at, std::string_view otherwise, WallTime now) {
    if (!at) return std::string(otherwise);
    return *at > now ? ahead(*at, now) : ago(*at, now);
}

void printTimes(const JobView& job, WallTime now, const Screen& screen) {
    const bool waits = job.state == JobView::State::Pending;
    putLine(screen, 2,
            fmt::format("Run time: earliest {}, latest {}", waits ? timeOr(job.earliest, "unknown", now) : "none",
                        timeOr(job.latest, "none", now)));
    putLine(screen, 2,
            fmt::format("Enqueued {}; failures: {}, system stops: {}; last success {}, last failure {}",
                        ago(job.scheduled, now), job.failures, job.systemStops, timeOr(job.lastSuccess, "none", now),
                        timeOr(job.lastFailure, "none", now)));
    if (job.lastRun) putLine(screen, 2, fmt::format("Last run: {}", lastRunText(*job.lastRun, now)));
    if (job.held) putLine(screen, 2, "Held by a person");
}

std::string networkNames(const Network& network) {
    std::string text;
    for (const auto transport : network.transports)
        text += fmt::format(" {}", nameOf(transport));
    for (const auto capability : network.capabilities)
        text += fmt::format(" {}", nameOf(capability));
    return fmt::format("{}; down {}, up {}{}", text, formatRate(network.downstream), formatRate(network.upstream),
                       network.interface.empty() ? "" : "; " + network.interface);
}

void printWork(const DumpedJob& dumped, const Screen& screen) {
    if (dumped.job.workItems == 0) return;
    putLine(screen, 2, fmt::format("Work items: {}", dumped.job.workItems));
    for (const auto& item : dumped.work)
        putLine(screen, 3,
                fmt::format("#{} {}, delivered {}; estimated down {}, up {}", item.id,
                            item.active ? "in work" : "waiting", counted(item.deliveries, "time"),
                            formatSize(item.estimatedDown), formatSize(item.estimatedUp)));
    if (dumped.work.size() < dumped.job.workItems)
        putLine(screen, 3, fmt::format("and {} more", dumped.job.workItems - dumped.work.size()));
}

void printReadiness(const Readiness& ready, const Screen& screen) {
    putLine(screen, 2,
            fmt::format("Ready: {} (job={} user={} !restricted={} !pending={} !active={} !backingup=true comp={})",
                        ready.all(), ready.job, ready.user, ready.unrestricted, ready.notPending, ready.notActive,
                        ready.component)); // LINUX: nothing is backed up
}

void printJob(const DumpedJob& dumped, const std::vector<AppView>& apps, WallTime now, const Screen& screen) {
    const JobView& job = dumped.job;
    putLine(screen, 1, fmt::format("JOB {}: {}", textOf(job.key), job.info ? job.info->getService().name : "-"));
    putLine(screen, 2,
            fmt::format("{}, {}{}", kindText(job), stateWord(job), job.label.empty() ? "" : ": " + job.label));
    if (job.info) printInfo(*job.info, screen);
    printDynamic(job, apps, screen);
    if (job.state == JobView::State::Pending) printWaiting(dumped, now, screen);
    if (job.network) putLine(screen, 2, fmt::format("Network:{}", networkNames(*job.network)));
    printWork(dumped, screen);
    printTimes(job, now, screen);
    printReadiness(readinessOf(dumped), screen);
}

void printQueue(const SchedulerView& view, const Screen& screen) {
    putLine(screen, 0, fmt::format("Pending queue, {} in order:", view.queued));
    for (const auto& job : view.queue)
        putLine(screen, 1, textOf(job));
    if (view.queue.empty()) putLine(screen, 1, "(none)");
}

std::string stopText(const std::optional<Ending>& stop) {
    return stop ? fmt::format("{}/{}", nameOf(stop->reason), nameOf(stop->internal)) : "-";
}

void printRunning(const std::vector<DumpedJob>& jobs, WallTime now, const Screen& screen) {
    putLine(screen, 0, "Active jobs:");
    Table table({{"JOB"},
                 {"KIND"},
                 {"STATE"},
                 {"SLOT"},
                 {"STARTED", Right},
                 {"TIMER", Right},
                 {"GUARANTEED", Right},
                 {"LIMIT", Right},
                 {"STOPPING"},
                 {"DOWN", Right},
                 {"UP", Right}});
    for (const auto& dumped : jobs) {
        const JobView& job = dumped.job;
        if (job.state != JobView::State::Running) continue;
        const auto clock = [&](WallTime RunClocks::*which) {
            return job.clocks ? timeOr((*job.clocks).*which, "-", now) : "-";
        };
        table.add({textOf(job.key), kindText(job), job.runState ? std::string(nameOf(*job.runState)) : "-",
                   job.clocks ? job.clocks->slot : "-", timeOr(job.started, "-", now), clock(&RunClocks::timer),
                   clock(&RunClocks::guaranteed), clock(&RunClocks::limit),
                   job.clocks ? stopText(job.clocks->stop) : "-", formatSize(job.transferredDown),
                   formatSize(job.transferredUp)});
    }
    putTable(screen, table);
}

void printConcurrency(const SchedulerView& view, const Screen& screen) {
    putLine(screen, 0,
            fmt::format("Concurrency: {}, {} at once now (interactive={}, memory {}):", counted(view.slots, "slot"),
                        view.atOnce, view.interactive, view.memory));
    Table table({{"SLOT"}, {"RESERVED", Right}, {"MOST", Right}, {"RUNNING", Right}, {"READY", Right}});
    for (const auto& slot : view.types)
        table.add({slot.type, std::to_string(slot.reserved), std::to_string(slot.most), std::to_string(slot.running),
                   std::to_string(slot.ready)});
    putTable(screen, table);
}

void printPersistence(const SchedulerView& view, const Screen& screen) {
    putLine(screen, 0, "Persistence:");
    putLine(screen, 1,
            fmt::format("tracked={} persisted={} clockGood={} lastCommitBefore={}", view.tracked, view.persisted,
                        view.clockGood, formatWall(view.lastCommit)));
}

void printFinished(const std::vector<JobView>& finished, WallTime now, const Screen& screen) {
    putLine(screen, 0, "Completed and cancelled jobs, newest first:");
    Table table({{"JOB"}, {"ENDED", Right}, {"REASON"}, {"INTERNALLY"}, {"EXIT", Right}, {"OUTCOME"}});
    for (const auto& job : finished)
        if (const auto& end = job.completed)
            table.add({textOf(job.key), ago(end->ended, now), std::string(nameOf(end->ending.reason)),
                       std::string(nameOf(end->ending.internal)), std::to_string(end->outcome.exitCode),
                       end->outcome.text});
    putTable(screen, table);
}

} // namespace

void putLine(const Screen& screen, int depth, std::string_view line) {
    screen.print(printable(fmt::format("{:{}}{}", "", 2 * depth, line)));
}

void printDump(const Dump& dump, WallTime now, const Screen& screen) {
    printConstants(dump.scheduler, screen);
    printSafeguards(dump.apps, screen);
    printPower(dump.scheduler, screen);
    printDevice(dump.device, screen);
    putLine(screen, 0, fmt::format("Registered {} jobs:", dump.jobs.size()));
    for (const auto& job : dump.jobs)
        printJob(job, dump.apps, now, screen);
    printApps(dump.apps, screen);
    printUsage(dump.apps, now, screen);
    printQueue(dump.scheduler, screen);
    printRunning(dump.jobs, now, screen);
    printFinished(dump.finished, now, screen);
    printConcurrency(dump.scheduler, screen);
    printPersistence(dump.scheduler, screen);
}

} // namespace stint::cli
