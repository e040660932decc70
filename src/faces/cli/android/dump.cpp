#include "faces/cli/android/dump.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/job.hpp"
#include "faces/views/json.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/limit_text.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

/// A persisted job may have a hundred thousand items; the first ones suffice.
constexpr std::size_t mostWork = 100;

/// True if only a slot is missing: Android's pending queue.
bool isQueue(const Blocker& blocker) { return blocker.gate == "slots" || blocker.gate == "earlier run"; }

bool isAmong(const std::vector<Blocker>& blockers, PendingReason reason) {
    return std::ranges::any_of(blockers, [reason](const Blocker& blocker) { return blocker.reason == reason; });
}

bool knows(const std::vector<AppView>& apps, const std::string& package) {
    return std::ranges::any_of(apps, [&](const AppView& app) { return app.manifest.package.name == package; });
}

/// All that is known of a job. nullopt: it has ended while the dump is made, and is among the finished ones.
Result<std::optional<DumpedJob>> gathered(Daemon& daemon, const JobKey& key) {
    auto explanation = daemon.ask(calls::explain(key));
    if (!explanation.ok() && explanation.error().code == Errc::ILLEGAL_ARGUMENT) return std::optional<DumpedJob>{};
    auto [job, blockers] = STINT_TRY(std::move(explanation));
    if (job.state == JobView::State::Finished) return std::optional<DumpedJob>{};
    auto history = daemon.ask(calls::history(key));
    if (!history.ok() && history.error().code == Errc::ILLEGAL_ARGUMENT) return std::optional<DumpedJob>{};
    DumpedJob made{std::move(job), std::move(blockers), {}, {}};
    made.history = STINT_TRY(std::move(history));
    if (made.job.workItems == 0) return std::optional(std::move(made));
    auto work = daemon.work(key, mostWork);
    if (!work.ok() && work.error().code == Errc::ILLEGAL_ARGUMENT) return std::optional<DumpedJob>{};
    made.work = STINT_TRY(std::move(work));
    return std::optional(std::move(made));
}

} // namespace

std::vector<PendingReason> DumpedJob::unsatisfied() const {
    std::vector<PendingReason> among;
    if (job.info)
        std::ranges::copy_if(reasonsToWaitOf(*job.info), std::back_inserter(among),
                             [this](PendingReason reason) { return isAmong(blockers, reason); });
    return among;
}

std::vector<PendingReason> DumpedJob::satisfied() const {
    std::vector<PendingReason> others;
    if (job.info)
        std::ranges::copy_if(reasonsToWaitOf(*job.info), std::back_inserter(others),
                             [this](PendingReason reason) { return !isAmong(blockers, reason); });
    return others;
}

Readiness readinessOf(const DumpedJob& dumped) {
    Readiness ready;
    ready.notActive = dumped.job.state != JobView::State::Running;
    for (const auto& blocker : dumped.blockers) {
        if (isQueue(blocker))
            ready.notPending = false;
        else if (blocker.reason == PENDING_JOB_REASON_USER)
            ready.user = false;
        else if (blocker.reason == PENDING_JOB_REASON_APP)
            ready.component = false;
        else if (blocker.reason == PENDING_JOB_REASON_DEVICE_STATE)
            ready.unrestricted = false;
        else
            ready.job = false;
    }
    return ready;
}

Result<Dump> gatherDump(Daemon& daemon, const std::optional<std::string>& package) {
    Dump made;
    made.apps = STINT_TRY(daemon.ask(calls::apps()));
    if (package) {
        if (!knows(made.apps, *package)) return fail(Errc::ILLEGAL_STATE, "Invalid package: {}", *package);
        std::erase_if(made.apps, [&](const AppView& app) { return app.manifest.package.name != *package; });
    }
    made.scheduler = STINT_TRY(daemon.ask(calls::overview()));
    made.device = STINT_TRY(daemon.ask(calls::device()));
    for (const auto& job : STINT_TRY(daemon.jobs(package, false)))
        if (auto dumpedJob = STINT_TRY(gathered(daemon, job.key))) made.jobs.push_back(std::move(*dumpedJob));
    made.finished = STINT_TRY(daemon.jobs(package, true));
    return made;
}

namespace {

Result<std::vector<wire::PolicyRow>> settingsOf(Daemon& daemon, std::string_view prefix) {
    const auto all = STINT_TRY(daemon.ask(calls::policy()));
    std::vector<wire::PolicyRow> rows;
    std::ranges::copy_if(all, std::back_inserter(rows), [&](const auto& row) { return row.key.starts_with(prefix); });
    return rows;
}

void putSettings(const std::vector<wire::PolicyRow>& settings, const Screen& screen) {
    putLine(screen, 1, "Settings:");
    for (const wire::PolicyRow& row : settings)
        putLine(screen, 2, fmt::format("{}={}", row.key, row.value));
}

bool isOn(const std::vector<wire::PolicyRow>& settings, std::string_view key) {
    const auto row = std::ranges::find(settings, key, &wire::PolicyRow::key);
    return row != settings.end() && row->value == "true";
}

template <class Meant>
void putAllowlist(std::string_view title, const std::vector<AppView>& apps, Meant meant, const Screen& screen) {
    if (std::ranges::none_of(apps, meant)) return;
    putLine(screen, 1, title);
    for (const AppView& app : apps)
        if (meant(app)) putLine(screen, 2, app.manifest.package.name);
}

/// Android's name of its clock: RTC by the wall clock, ELAPSED since the boot.
std::string clockOf(const Alarm& alarm) {
    return fmt::format("{}{}", alarm.byWall ? "RTC" : "ELAPSED", alarm.wakeup ? "_WAKEUP" : "");
}

void putAlarm(const AlarmView& view, std::size_t number, WallTime now, const Screen& screen) {
    const Alarm& alarm = view.alarm;
    const AlarmWall when = wallOf(view);
    putLine(screen, 2, fmt::format("{} #{}: Alarm{{{} {}}}", clockOf(alarm), number, alarm.app.name, alarm.tag));
    putLine(screen, 3,
            fmt::format("type={} kind={} origWhen={} window={} repeatInterval={}", clockOf(alarm), nameOf(alarm.kind),
                        formatWall(alarm.requestedWall), formatDuration(alarm.window), formatDuration(alarm.interval)));
    putLine(screen, 3,
            fmt::format("whenElapsed={} maxWhenElapsed={} heldBy={}",
                        when.earliest ? timeText(*when.earliest, now) : "unknown",
                        when.latest ? timeText(*when.latest, now) : "unknown", view.held.empty() ? "none" : view.held));
    if (!alarm.receiver.empty()) putLine(screen, 3, fmt::format("receiver={}", alarm.receiver));
}

} // namespace

Result<DozeDump> gatherDozeDump(Daemon& daemon) {
    DozeDump made;
    made.doze = STINT_TRY(daemon.ask(calls::doze()));
    made.apps = STINT_TRY(daemon.ask(calls::apps()));
    made.settings = STINT_TRY(settingsOf(daemon, "doze."));
    for (const auto& row : STINT_TRY(settingsOf(daemon, "allowlist.")))
        made.settings.push_back(row);
    return made;
}

void printDump(const DozeDump& dump, WallTime now, const Screen& screen) {
    const wire::DozeView& doze = dump.doze;
    if (screen.json()) {
        screen.print(jsonOf(doze));
        for (const auto& row : dump.settings)
            screen.print(jsonOfRow(row));
        return;
    }
    putSettings(dump.settings, screen);
    putAllowlist(
        "Whitelist system apps:", dump.apps, [](const AppView& app) { return app.manifest.system; }, screen);
    putAllowlist(
        "Whitelist user apps:", dump.apps,
        [](const AppView& app) { return app.batteryUse == BatteryUse::Unrestricted; }, screen);
    putLine(screen, 1,
            fmt::format("mLightEnabled={}  mDeepEnabled={}", isOn(dump.settings, "doze.light_enabled"),
                        isOn(dump.settings, "doze.deep_enabled")));
    putLine(screen, 1, fmt::format("mForceIdle={}", !doze.force.empty()));
    putLine(screen, 1, fmt::format("mScreenOn={}", doze.screenOn));
    putLine(screen, 1, fmt::format("mScreenLocked={}", doze.locked));
    putLine(screen, 1, fmt::format("mNetworkConnected={}", doze.network));
    putLine(screen, 1, fmt::format("mCharging={}", doze.plugged)); // limits.md §6.1: Doze asks for power
    putLine(screen, 1, fmt::format("mState={} mLightState={}", upper(doze.deep), upper(doze.light)));
    if (doze.deepUntil) putLine(screen, 1, fmt::format("mNextAlarmTime={}", ahead(*doze.deepUntil, now)));
    if (doze.lightUntil) putLine(screen, 1, fmt::format("mNextLightAlarmTime={}", ahead(*doze.lightUntil, now)));
    if (doze.nextAlarmClock) putLine(screen, 1, fmt::format("next alarm clock={}", formatWall(*doze.nextAlarmClock)));
}

Result<AlarmDump> gatherAlarmDump(Daemon& daemon, const std::optional<std::string>& package) {
    AlarmDump made;
    if (package) STINT_TRY(lookUpApp(daemon, *package));
    made.alarms = STINT_TRY(daemon.alarms(package));
    const auto doze = STINT_TRY(daemon.ask(calls::doze()));
    made.nextAlarmClock = doze.nextAlarmClock;
    made.settings = STINT_TRY(settingsOf(daemon, "alarm."));
    return made;
}

void printDump(const AlarmDump& dump, WallTime now, const Screen& screen) {
    if (screen.json()) {
        for (const auto& alarm : dump.alarms)
            screen.print(jsonOfRow(alarm));
        for (const auto& row : dump.settings)
            screen.print(jsonOfRow(row));
        return;
    }
    putLine(screen, 0, "Current Alarm Manager state:");
    putSettings(dump.settings, screen);
    putLine(screen, 1, fmt::format("nowRTC={}", formatWall(now)));
    putLine(screen, 1,
            fmt::format("Next alarm clock: {}", dump.nextAlarmClock ? formatWall(*dump.nextAlarmClock) : "none"));
    putLine(screen, 1, fmt::format("{} pending alarms:", dump.alarms.size()));
    for (std::size_t n = 0; n < dump.alarms.size(); ++n)
        putAlarm(dump.alarms[n], n, now, screen);
}

} // namespace stint::cli
