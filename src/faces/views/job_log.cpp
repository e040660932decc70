#include "faces/views/job_log.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/time/time.hpp"
#include "contract/rules/past_run.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

bool isReady(const HistoryEntry& entry) { return entry.reasons == std::vector{PENDING_JOB_REASON_APP}; }

/// Adds each wait, until the next one, or until `end`; nullopt: the last goes on.
void addWaits(std::vector<LogLine>& lines, const std::vector<HistoryEntry>& waits, std::optional<WallTime> end) {
    for (std::size_t i = 0; i < waits.size(); ++i) {
        if (isReady(waits[i])) continue;
        const auto until = i + 1 < waits.size() ? std::optional(waits[i + 1].when) : end;
        const std::string reasons = reasonsText(waits[i].reasons);
        if (until)
            lines.push_back({waits[i].when, "waited", fmt::format("{}: {}", briefly(*until - waits[i].when), reasons)});
        else
            lines.push_back({waits[i].when, "waits", reasons});
    }
}

std::string movedText(const PastRun& run) {
    const Bytes moved = std::max(run.transferredDown, run.transferredUp);
    if (moved <= 0) return {};
    if (run.resumedAt <= 0) return fmt::format("; {}", formatSize(moved));
    return fmt::format("; went on at {}, came to {}", formatSize(run.resumedAt), formatSize(moved));
}

std::string endOf(const PastRun& run) {
    std::string text = endingText(run);
    if (run.began) text += fmt::format("; ran {}", briefly(run.ended - *run.began));
    text += movedText(run);
    if (run.next && *run.next - run.ended >= 1s) text += fmt::format("; runs again at {}", clockText(*run.next));
    return text;
}

} // namespace

std::vector<PastRun> runsOf(std::vector<PastRun> all, WallTime scheduled) {
    std::erase_if(all, [scheduled](const PastRun& run) { return run.scheduled != scheduled; });
    return all;
}

std::vector<LogLine> linesOf(const JobLog& log) {
    std::vector<LogLine> lines{{log.scheduled, "scheduled", log.label}};
    for (const PastRun& run : log.runs) {
        addWaits(lines, run.waits, run.began.value_or(run.ended));
        if (run.began) lines.push_back({*run.began, "started", std::string(kindWord(run.kind))});
        const bool bySelf = run.ending.internal == InternalReason::SuccessfulFinish;
        const char* const bySelfWord = run.outcome.exitCode == 0 ? "finished" : "failed";
        const char* const what = run.last ? "ended" : bySelf ? bySelfWord : "stopped";
        lines.push_back({run.ended, what, endOf(run)});
    }
    if (!log.now) return lines;
    addWaits(lines, log.waits, log.now->started);
    if (log.now->state == JobView::State::Pending && !lines.empty() && lines.back().what == "waits")
        lines.back().detail = waitsText(*log.now);
    if (log.now->started) lines.push_back({*log.now->started, "started", std::string(kindWord(log.now->kind))});
    return lines;
}

std::string jsonOf(const JobKey& job, const LogLine& line) {
    Json object = header();
    object["job"] = textOf(job);
    putRow(object, line);
    return dumped(object);
}

} // namespace stint::cli
