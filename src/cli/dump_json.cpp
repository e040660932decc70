// The dump for programs: one object a line, which says its section second. Of a job's, "satisfied" and "unsatisfied"
// are null while it runs.
#include "cli/dump.hpp"
#include "cli/json_parts.hpp"

namespace stint::cli {
namespace {

Json section(std::string_view name) {
    Json line = header();
    line["section"] = name;
    return line;
}

Json lineOf(const wire::DeviceRow& row) {
    Json line = section("device");
    line["key"] = row.key;
    line["value"] = row.value;
    line["source"] = row.source;
    return line;
}

Json lineOf(const AppView& app) {
    Json line = section("app");
    line["package"] = app.manifest.package.name;
    line["state"] = stint::nameOf(app.state);
    line["jobs"] = app.jobs;
    line["running"] = app.running;
    line["bad"] = app.bad;
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

Json lineOf(const DumpedJob& dumped) {
    bool waits = dumped.job.state == JobView::State::Pending;
    Json line = section("job");
    putJob(line, dumped.job);
    line["info"] = dumped.job.info ? infoOf(*dumped.job.info) : Json(nullptr);
    line["required"] = dumped.job.info ? reasonsOf(constraintsOf(*dumped.job.info)) : Json(nullptr);
    line["satisfied"] = waits ? reasonsOf(dumped.satisfied()) : Json(nullptr);
    line["unsatisfied"] = waits ? reasonsOf(dumped.unsatisfied()) : Json(nullptr);
    line["blockers"] = blockersOf(dumped.blockers);
    line["history"] = historyOf(dumped.history);
    line["latest"] = milliseconds(dumped.latest());
    line["ready"] = readyOf(readinessOf(dumped));
    return line;
}

Json lineOf(const JobView& finished) {
    Json line = section("finished");
    putJob(line, finished);
    return line;
}

template <class Rows> void printAll(const Rows& rows, const Screen& screen) {
    for (const auto& row : rows)
        screen.print(dumped(lineOf(row)));
}

} // namespace

void printDumpJson(const Dump& dump, const Screen& screen) {
    printAll(dump.device, screen);
    printAll(dump.apps, screen);
    printAll(dump.jobs, screen);
    printAll(dump.finished, screen);
    Json missing = section("missing");
    missing["what"] = missingFromDump();
    screen.print(dumped(missing));
}

} // namespace stint::cli
