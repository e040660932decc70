#include "faces/views/work.hpp"

#include <fmt/core.h>

#include "contract/model/app.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

/// The requests that a BLOCKED one follows and that have not ended.
std::string followedText(const Works& works, const wire::WorkRow& row) {
    std::string text;
    for (const auto& id : row.follows) {
        const wire::WorkRow* before = works.find(id);
        if (before == nullptr || hasEnded(*before)) continue;
        text += (text.empty() ? "follows " : ", ") + before->worker;
    }
    return text;
}

} // namespace

// An id belongs to one request. An app that uses it twice, or changes something between two pages, must not make a tree
// without end.
Works::Works(std::string of, std::vector<wire::WorkRow> shown) : package(std::move(of)) {
    for (auto& row : shown)
        if (places.emplace(row.id, rows.size()).second) rows.push_back(std::move(row));
}

const wire::WorkRow* Works::find(const std::string& id) const {
    const auto found = places.find(id);
    return found == places.end() ? nullptr : &rows[found->second];
}

bool hasEnded(const wire::WorkRow& row) {
    return row.state == "SUCCEEDED" || row.state == "FAILED" || row.state == "CANCELLED";
}

std::optional<JobKey> jobToAsk(const Works& works, const wire::WorkRow& row) {
    const bool waits = row.why.empty() && row.state != "BLOCKED" && row.state != "RUNNING" && !hasEnded(row);
    if (!waits || !row.job) return std::nullopt;
    return JobKey{AppId{works.package}, std::string(workNamespace), JobId(*row.job)};
}

std::string whyText(const Works& works, const wire::WorkRow& row, const std::optional<Explanation>& job, WallTime now) {
    if (!row.why.empty()) return row.why;
    if (row.state == "BLOCKED") return followedText(works, row);
    if (row.state == "RUNNING" || hasEnded(row)) return "";
    if (!row.job) return "waits for a place among the app's jobs";
    if (job && job->job.state == JobView::State::Running) return "begins";
    std::string text;
    if (row.nextRun && *row.nextRun > now) text = fmt::format("in {}", roughDuration(*row.nextRun - now));
    if (!job) return text;
    std::vector<PendingReason> reasons;
    for (const auto& blocker : job->blockers)
        if (reasons.empty() || reasons.back() != blocker.reason) reasons.push_back(blocker.reason);
    if (reasons.empty()) return text;
    return text.empty() ? reasonsText(reasons) : text + "; " + reasonsText(reasons);
}

std::string jsonOf(const Works& works, const wire::WorkRow& row, const std::string& why) {
    Json line = header();
    line["package"] = works.package;
    putRow(line, row);
    line["why"] = why;
    return dumped(line);
}

} // namespace stint::cli
