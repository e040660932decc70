#include <fmt/core.h>

#include "base/time/clock.hpp"
#include "faces/cli/android/cmd.hpp"
#include "faces/cli/android/dump.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json_row.hpp"

namespace stint::cli {

// The dump for programs: one object a line, with "section" as its second key. For a job, "satisfied" and "unsatisfied"
// are null while it runs, "clocks" while it does not.

namespace {

constexpr int startedUser = 0; ///< LINUX: a daemon serves one user, and runs while that one's session does

Json typesOf(const std::vector<SlotView>& types) {
    Json list = Json::array();
    for (const auto& slot : types)
        list.push_back({{"slot", slot.type},
                        {"reserved", slot.reserved},
                        {"most", slot.most},
                        {"running", slot.running},
                        {"ready", slot.ready}});
    return list;
}

Json lineOf(const SchedulerView& view) {
    Json line = section("scheduler");
    line["constants"] = view.constants;
    line["power"] = {{"connected", view.plugged},          {"charging", view.charging},
                     {"level", view.batteryPercent},       {"notLow", !view.batteryLow},
                     {"monitored", view.batteryMonitored}, {"sequence", view.batterySequence}};
    line["storage"] = {{"notLow", !view.storageLow}, {"sequence", view.storageSequence}};
    line["idle"] = view.idle;
    line["interactive"] = view.interactive;
    line["memory"] = view.memory;
    line["users"] = {startedUser};
    line["slots"] = view.slots;
    line["atOnce"] = view.atOnce;
    line["types"] = typesOf(view.types);
    Json queue = Json::array();
    for (const auto& job : view.queue)
        queue.push_back(textOf(job));
    line["queue"] = queue;
    line["queued"] = view.queued;
    line["tracked"] = view.tracked;
    line["persisted"] = view.persisted;
    line["clockGood"] = view.clockGood;
    line["lastCommit"] = milliseconds(view.lastCommit);
    return line;
}

Json lineOf(const wire::DeviceRow& row) {
    Json line = section("device");
    putRow(line, row);
    return line;
}

Json lineOf(const AppView& app) {
    Json line = section("app");
    line["package"] = app.manifest.package.name;
    line["state"] = stint::nameOf(app.state);
    line["jobs"] = app.jobs;
    line["running"] = app.running;
    line["bad"] = app.bad;
    line["bias"] = app.bias;
    putRow(line["safeguards"], app.safeguards);
    return line;
}

Json readyOf(const Readiness& ready) {
    return {{"all", ready.all()},
            {"job", ready.job},
            {"user", ready.user},
            {"notRestricted", ready.unrestricted},
            {"notPending", ready.notPending},
            {"notActive", ready.notActive},
            {"component", ready.component}};
}

Json workOf(const std::vector<WorkItem>& work) {
    Json list = Json::array();
    for (const auto& item : work)
        list.push_back({{"item", item.id},
                        {"deliveries", item.deliveries},
                        {"active", item.active},
                        {"estimatedDown", bytesOrNull(item.estimatedDown)},
                        {"estimatedUp", bytesOrNull(item.estimatedUp)},
                        {"minimumChunk", bytesOrNull(item.minimumChunk)}});
    return list;
}

Json lineOf(const DumpedJob& dumped) {
    const bool waits = dumped.job.state == JobView::State::Pending;
    Json line = section("job");
    putRow(line, dumped.job);
    line["info"] = dumped.job.info ? infoOf(*dumped.job.info) : Json(nullptr);
    line["required"] = dumped.job.info ? reasonsOf(reasonsToWaitOf(*dumped.job.info)) : Json(nullptr);
    line["satisfied"] = waits ? reasonsOf(dumped.satisfied()) : Json(nullptr);
    line["unsatisfied"] = waits ? reasonsOf(dumped.unsatisfied()) : Json(nullptr);
    line["blockers"] = jsonRows(dumped.blockers);
    line["history"] = jsonRows(dumped.history);
    putRow(line, dumped.job, Extent::Details);
    line["work"] = workOf(dumped.work);
    line["ready"] = readyOf(readinessOf(dumped));
    return line;
}

Json lineOf(const JobView& finished) {
    Json line = section("finished");
    putRow(line, finished);
    return line;
}

template <class Rows> void printAll(const Rows& rows, const Screen& screen) {
    for (const auto& row : rows)
        screen.print(dumped(lineOf(row)));
}

} // namespace

void printDumpJson(const Dump& dump, const Screen& screen) {
    screen.print(dumped(lineOf(dump.scheduler)));
    printAll(dump.device, screen);
    printAll(dump.apps, screen);
    printAll(dump.jobs, screen);
    printAll(dump.finished, screen);
}

// `stint dumpsys` (jobs.md §9.3; limits.md §6, §7).

namespace {

/// Gathers, then prints; `gather` gets the package after the service, if there is one.
template <class Gather, class Print>
int dump(const Arguments& given, const Screen& screen, Gather gather, Print print) {
    const std::string what = fmt::format("cannot dump {}", given.words[0]);
    if (given.words.size() > 2)
        return screen.fail(ends::usage,
                           fmt::format("{}: it takes one package, not also \"{}\"", what, printable(given.words[2])));
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    const auto gathered = gather(*daemon, given.words.size() > 1 ? std::optional(given.words[1]) : std::nullopt);
    if (!gathered.ok()) return failOfLookUp(screen, what, gathered.error());
    print(*gathered);
    return ends::ok;
}

/// A verb after the service is the same as with `cmd`, as on Android.
int dumpDoze(const Arguments& given, const Screen& screen) {
    if (given.words.size() > 1)
        return shellVerb({"cmd", "deviceidle"}, {given.words.begin() + 1, given.words.end()}, screen);
    return dump(
        given, screen, [](Daemon& daemon, const auto&) { return gatherDozeDump(daemon); },
        [&](const DozeDump& it) { printDump(it, wallNow(), screen); });
}

int dumpsys(const Arguments& given, const Screen& screen) {
    const std::string& service = given.words[0];
    if (service == "jobscheduler")
        return dump(given, screen, gatherDump, [&](const Dump& it) {
            screen.json() ? printDumpJson(it, screen) : printDump(it, wallNow(), screen);
        });
    if (service == "alarm")
        return dump(given, screen, gatherAlarmDump, [&](const AlarmDump& it) { printDump(it, wallNow(), screen); });
    if (service == "deviceidle") return dumpDoze(given, screen);
    return screen.fail(ends::usage, fmt::format("Can't find service: {}; there are alarm, deviceidle, jobscheduler",
                                                printable(service)));
}

} // namespace

Verb dumpsysVerb() {
    return {.name = "dumpsys",
            .words = "jobscheduler|alarm|deviceidle [PACKAGE]",
            .fewest = 1,
            .most = Verb::many,
            .summary = "everything that is known of jobs, alarms or Doze",
            .about =
                "jobscheduler: the device, the apps, each job with what it asks for and what keeps it waiting, what "
                "runs, and what has ended; last, what the daemon does not tell. alarm: the settings and each pending "
                "alarm. Both of one app, where PACKAGE is given. deviceidle: the settings, the allowlists and the "
                "machines; a verb behind it is the same as with cmd.",
            .options = {},
            .examples = {{"stint dumpsys jobscheduler com.example.mail", ""},
                         {"stint dumpsys deviceidle force-idle", "as stint cmd deviceidle force-idle"}},
            .run = dumpsys};
}

} // namespace stint::cli
