#include "cli/json.hpp"

#include <nlohmann/json.hpp>

namespace stint::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int schema = 1;

Json header() { return Json{{"schema", schema}}; }

/// Words of apps are strangers' bytes: what is no UTF-8 is replaced, never thrown over.
std::string dumped(const Json& line) { return line.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json milliseconds(const std::optional<WallTime>& time) {
    return time ? Json(time->time_since_epoch().count()) : Json(nullptr);
}

Json size(Bytes bytes) { return bytes == unknownBytes ? Json(nullptr) : Json(bytes); }

template <class Enum> Json number(Enum value) { return static_cast<std::int32_t>(value); }

void putKey(Json& line, const JobKey& key) {
    line["job"] = textOf(key);
    line["package"] = key.app.name;
    line["namespace"] = key.space;
    line["id"] = key.id.value;
}

std::string_view nameOf(JobView::State state) {
    switch (state) {
    case JobView::State::Pending:
        return "pending";
    case JobView::State::Running:
        return "running";
    case JobView::State::Finished:
        return "finished";
    }
    return "unknown";
}

Json reasonsOf(const JobView& job) {
    Json list = Json::array();
    for (PendingReason reason : job.reasons)
        list.push_back({{"reason", number(reason)}, {"name", stint::nameOf(reason)}});
    return list;
}

void putNotification(Json& line, const std::optional<Notification>& shown) {
    line["title"] = shown ? Json(shown->getTitle()) : Json(nullptr);
    line["text"] = shown ? Json(shown->getText()) : Json(nullptr);
    line["progressMaximum"] = shown ? Json(shown->getProgress().maximum) : Json(nullptr);
    line["progressValue"] = shown ? Json(shown->getProgress().value) : Json(nullptr);
}

void putEnd(Json& line, const std::optional<Completed>& end) {
    line["ended"] = end ? milliseconds(end->ended) : Json(nullptr);
    line["stopReason"] = end ? number(end->ending.reason) : Json(nullptr);
    line["stopReasonName"] = end ? Json(stint::nameOf(end->ending.reason)) : Json(nullptr);
    line["exitCode"] = end ? Json(end->outcome.exitCode) : Json(nullptr);
    line["outcome"] = end ? Json(end->outcome.text) : Json(nullptr);
}

void putJob(Json& line, const JobView& job) {
    putKey(line, job.key);
    line["service"] = job.info ? Json(job.info->getService().name) : Json(nullptr);
    line["label"] = job.label;
    line["kind"] = stint::nameOf(job.kind);
    line["demoted"] = job.demoted;
    line["state"] = nameOf(job.state);
    line["runState"] = job.runState ? Json(stint::nameOf(*job.runState)) : Json(nullptr);
    line["reasons"] = reasonsOf(job);
    line["failures"] = job.failures;
    line["systemStops"] = job.systemStops;
    // A finished job's view does not tell when it was asked for.
    line["enqueued"] = job.scheduled == WallTime{} ? Json(nullptr) : milliseconds(job.scheduled);
    line["earliest"] = milliseconds(job.earliest);
    line["started"] = milliseconds(job.started);
    line["transferredDown"] = size(job.transferredDown);
    line["transferredUp"] = size(job.transferredUp);
    line["estimatedDown"] = size(job.estimatedDown);
    line["estimatedUp"] = size(job.estimatedUp);
    putNotification(line, job.notification);
    putEnd(line, job.completed);
}

Json blockerOf(const Blocker& blocker) {
    return {{"reason", number(blocker.reason)},
            {"name", stint::nameOf(blocker.reason)},
            {"gate", blocker.gate},
            {"detail", blocker.detail},
            {"since", milliseconds(blocker.since)},
            {"until", milliseconds(blocker.until)},
            {"clears", blocker.clears}};
}

} // namespace

std::string jsonOf(const JobView& job) {
    Json line = header();
    putJob(line, job);
    return dumped(line);
}

std::string jsonOf(const JobView& job, const Event& event) {
    Json line = header();
    line["event"] = event.name;
    if (!event.output.empty()) line["output"] = event.output;
    putJob(line, job);
    return dumped(line);
}

std::string jsonOf(const JobView& job, const std::vector<Blocker>& blockers) {
    Json line = header();
    putJob(line, job);
    line["mayRun"] = job.state == JobView::State::Running || (job.state == JobView::State::Pending && blockers.empty());
    line["blockers"] = Json::array();
    for (const auto& blocker : blockers)
        line["blockers"].push_back(blockerOf(blocker));
    return dumped(line);
}

std::string jsonOf(const TaskRow& row) {
    Json line = header();
    line["package"] = row.app.name;
    line["label"] = row.label;
    line["started"] = milliseconds(row.started);
    line["stop"] = row.stopButton;
    line["jobs"] = Json::array();
    for (const auto& job : row.jobs) {
        Json inner;
        putJob(inner, job);
        line["jobs"].push_back(std::move(inner));
    }
    line["notifications"] = Json::array();
    for (const auto& each : row.notifications) {
        Json inner{{"id", each.id}};
        putNotification(inner, each.notification);
        inner["userInitiated"] = each.userInitiated;
        line["notifications"].push_back(std::move(inner));
    }
    return dumped(line);
}

std::string jsonOf(const AppView& app) {
    Json line = header();
    line["package"] = app.manifest.package.name;
    line["label"] = app.manifest.label;
    line["version"] = app.manifest.version;
    line["state"] = stint::nameOf(app.state);
    line["pinned"] = app.pinned;
    line["builtIn"] = app.manifest.builtIn;
    line["system"] = app.manifest.system;
    line["bad"] = app.bad;
    line["jobs"] = app.jobs;
    line["running"] = app.running;
    line["manifest"] = app.manifest.file;
    line["permissions"] = app.manifest.permissions;
    line["services"] = Json::array();
    for (const auto& [name, service] : app.manifest.services)
        line["services"].push_back(name);
    return dumped(line);
}

std::string jsonOf(const wire::DeviceRow& row) {
    Json line = header();
    line["key"] = row.key;
    line["value"] = row.value;
    line["source"] = row.source;
    return dumped(line);
}

} // namespace stint::cli
