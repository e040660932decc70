#include "faces/views/json_parts.hpp"

#include "base/result/overloaded.hpp"
#include "base/text/url_text.hpp"
#include "contract/rules/kind.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

void putKey(Json& line, const JobKey& key) {
    line["job"] = textOf(key);
    line["package"] = key.app.name;
    line["namespace"] = key.space;
    line["id"] = key.id.value;
}

void putEnd(Json& line, const std::optional<Completed>& end) {
    line["ended"] = end ? milliseconds(end->ended) : Json(nullptr);
    line["stopReason"] = end ? number(end->ending.reason) : Json(nullptr);
    line["stopReasonName"] = end ? Json(stint::nameOf(end->ending.reason)) : Json(nullptr);
    line["exitCode"] = end ? Json(exitCodeOf(*end)) : Json(nullptr);
    line["outcome"] = end ? Json(end->outcome.text) : Json(nullptr);
}

/// What it was asked for as, beside what it runs as; a finished job's view does not tell.
void putRequest(Json& line, const std::optional<JobInfo>& info) {
    line["requested"] = info ? Json(stint::nameOf(requestedKind(*info))) : Json(nullptr);
    line["persisted"] = info ? Json(info->isPersisted()) : Json(nullptr);
    const bool periodic = info && info->isPeriodic();
    line["periodicInterval"] = periodic ? Json(info->getPeriod()->interval.count()) : Json(nullptr);
    line["periodicFlex"] = periodic ? Json(info->getPeriod()->flex.count()) : Json(nullptr);
}

struct Places {
    std::string url, path;
};

/// Where a transfer moves what from and to, as it was told, without passwords; of any other job, nothing.
Places placesOf(const JobView& job) {
    if (job.completed) return {job.completed->url, job.completed->path};
    if (!job.info || job.key.app.name != transferPackage) return {};
    const auto& extras = job.info->getExtras();
    const std::string output = extras.getString("output");
    return {withoutSecrets(extras.getString("url")), output.empty() ? extras.getString("source") : output};
}

} // namespace

Json section(std::string_view name) {
    Json line = header();
    line["section"] = name;
    return line;
}

Json bytesOrNull(Bytes bytes) { return bytes == NETWORK_BYTES_UNKNOWN ? Json(nullptr) : Json(bytes); }

Json milliseconds(const std::optional<WallTime>& time) {
    return time ? Json(time->time_since_epoch().count()) : Json(nullptr);
}

void putNotification(Json& line, const std::optional<Notification>& shown) {
    line["title"] = shown ? Json(shown->getTitle()) : Json(nullptr);
    line["text"] = shown ? Json(shown->getText()) : Json(nullptr);
    line["progressMaximum"] = shown ? Json(shown->getProgress().maximum) : Json(nullptr);
    line["progressValue"] = shown ? Json(shown->getProgress().value) : Json(nullptr);
}

void putJob(Json& line, const JobView& job) {
    putKey(line, job.key);
    line["service"] = job.info ? Json(job.info->getService().name) : Json(nullptr);
    line["label"] = job.label;
    line["kind"] = stint::nameOf(job.kind);
    line["demoted"] = job.demoted;
    line["state"] = stint::nameOf(job.state);
    line["runState"] = job.runState ? Json(stint::nameOf(*job.runState)) : Json(nullptr);
    line["reasons"] = reasonsOf(job.reasons);
    line["failures"] = job.failures;
    line["systemStops"] = job.systemStops;
    // A finished job's view does not tell when it was asked for.
    line["enqueued"] = job.scheduled == WallTime{} ? Json(nullptr) : milliseconds(job.scheduled);
    line["earliest"] = milliseconds(job.earliest);
    line["started"] = milliseconds(job.started);
    line["transferredDown"] = bytesOrNull(job.transferredDown);
    line["transferredUp"] = bytesOrNull(job.transferredUp);
    line["estimatedDown"] = bytesOrNull(job.estimatedDown);
    line["estimatedUp"] = bytesOrNull(job.estimatedUp);
    putNotification(line, job.notification);
    putEnd(line, job.completed);
    putRequest(line, job.info);
    line["internalReason"] = job.completed ? number(job.completed->ending.internal) : Json(nullptr);
    line["internalReasonName"] = job.completed ? Json(stint::nameOf(job.completed->ending.internal)) : Json(nullptr);
    line["status"] = stateWord(job); // as tables have it
    line["waitsFor"] =
        job.state == JobView::State::Pending || !job.guarded.empty() ? Json(job.waitsFor) : Json(nullptr);
    line["held"] = job.held;
    putRow(line["terms"], job.terms);
    line["lastRun"] = nullptr;
    if (job.lastRun) putRow(line["lastRun"], *job.lastRun);
    const auto textOrNull = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
    const auto [url, path] = placesOf(job);
    line["url"] = textOrNull(url);
    line["path"] = textOrNull(path);
    line["limits"] = textOrNull(limitsOf(job));
    line["keepsAwake"] = job.keepsAwake;
    line["guarded"] = textOrNull(job.guarded);
    line["clocks"] = nullptr;
    if (job.clocks)
        line["clocks"] = {{"guaranteed", milliseconds(job.clocks->guaranteed)},
                          {"limit", milliseconds(job.clocks->limit)}};
    line["waitsAlso"] = job.waitsAlso;
    line["want"] = textOrNull(job.want);
}

Json infoOf(const JobInfo& info) {
    Json object = Json::object();
    for (const auto& [name, value] : factsOf(info))
        object[name] = std::visit(Overloaded{[](Duration length) { return Json(length.count()); },
                                             [](const auto& plain) { return Json(plain); }},
                                  value);
    return object;
}

Json reasonsOf(const std::vector<PendingReason>& reasons) {
    Json list = Json::array();
    for (const PendingReason reason : reasons)
        list.push_back({{"reason", number(reason)}, {"name", stint::nameOf(reason)}});
    return list;
}

} // namespace stint::cli
