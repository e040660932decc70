#include "faces/views/json.hpp"

#include "faces/views/json_row.hpp"

namespace stint::cli {

std::string jsonOf(const JobView& job, const Event& event) {
    Json line = header();
    line["event"] = event.name;
    if (!event.output.empty()) line["output"] = event.output;
    if (event.input) line["input"] = *event.input;
    putRow(line, job);
    return dumped(line);
}

std::string jsonOf(const JobView& job, const std::vector<Blocker>& blockers,
                   const std::optional<std::vector<HistoryEntry>>& history) {
    Json line = header();
    putRow(line, job);
    line["mayRun"] = job.state == JobView::State::Running || (job.state == JobView::State::Pending && blockers.empty());
    line["blockers"] = jsonRows(blockers);
    if (history) line["history"] = jsonRows(*history);
    return dumped(line);
}

std::string jsonOf(const RunNow& done) {
    Json line = header();
    putRow(line, done.job);
    line["runs"] = done.runs;
    line[done.runs ? "overrides" : "blockers"] = jsonRows(done.blockers);
    return dumped(line);
}

std::string jsonOf(const ShellAnswer& answer) {
    Json line = header();
    line["code"] = answer.code;
    line["out"] = answer.out;
    line["err"] = answer.err;
    return dumped(line);
}

std::string jsonOf(const JobField& row) {
    Json line = header();
    line["method"] = row.method;
    line["regular"] = row.regular;
    line["expedited"] = row.expedited;
    line["userInitiated"] = row.userInitiated;
    line["work"] = row.work;
    line["meaning"] = row.help;
    line["note"] = row.note;
    return dumped(line);
}

std::string jsonOfQuota(const AppView& app) {
    Json line = header();
    line["package"] = app.manifest.package.name;
    line["bucket"] = stint::nameOf(app.bucket);
    putRow(line["regular"], app.quota);
    putRow(line["expedited"], app.expedited);
    return dumped(line);
}

std::string jsonOf(const wire::DozeView& doze) {
    Json line = section("doze");
    putRow(line, doze);
    return dumped(line);
}

std::string jsonOf(const DeviceLimitView& limit) {
    Json line = section("limit");
    putRow(line, limit);
    return dumped(line);
}

} // namespace stint::cli
