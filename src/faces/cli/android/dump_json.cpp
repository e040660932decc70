// The dump for programs: one object a line, with "section" as its second key. For a job, "satisfied" and "unsatisfied"
// are null while it runs, "clocks" while it does not.
#include "faces/cli/android/dump.hpp"
#include "faces/views/json_parts.hpp"
#include "faces/views/json_row.hpp"

namespace stint::cli {
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

} // namespace stint::cli
