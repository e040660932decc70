#include "faces/views/job_table.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "base/time/time.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

constexpr std::size_t widestLabel = 30;

std::string percentText(const Progress& progress) {
    auto percent = percentOf(progress);
    return percent ? fmt::format("{}%", *percent) : "-";
}

/// The bytes that the job has moved. A job that moves nothing has no size, but for an empty file.
Bytes movedBy(const JobView& job) {
    const Bytes moved = std::max(job.transferredDown, job.transferredUp);
    return moved == 0 && job.completed->url.empty() ? NETWORK_BYTES_UNKNOWN : moved;
}

std::string sizeText(Bytes size) { return size == NETWORK_BYTES_UNKNOWN ? "-" : formatSize(size); }

/// The job's label, else its notification's title.
std::string whatOf(const JobView& job) {
    std::string what = job.label;
    if (what.empty() && job.notification) what = job.notification->getTitle();
    return shortened(printable(what), widestLabel);
}

std::string detailOf(const JobView& job, WallTime now) {
    std::string detail;
    if (job.state == JobView::State::Pending) {
        detail = waitsText(job);
        if (job.earliest && *job.earliest > now) detail += fmt::format(", earliest {}", ahead(*job.earliest, now));
    } else if (job.started) {
        detail = fmt::format("started {}", ago(*job.started, now));
        if (!job.guarded.empty()) detail += fmt::format("; {}", waitsText(job));
    }
    const bool told = job.lastRun && job.state == JobView::State::Pending; // the reason mentions them
    return job.failures == 0 || told ? detail : fmt::format("{}; failures: {}", detail, job.failures);
}

} // namespace

Table trackedJobs(const std::vector<JobView>& jobs, WallTime now) {
    using enum Table::Align;
    Table table({{"JOB"}, {"KIND"}, {"STATE"}, {"DONE", Right}, {"SIZE", Right}, {"WHAT"}, {"DETAIL"}});
    for (const auto& job : jobs) {
        auto progress = progressOf(job);
        table.add({textOf(job.key),
                   kindText(job),
                   {std::string(stateWord(job)), paintOf(job)},
                   percentText(progress),
                   sizeText(progress.total),
                   whatOf(job),
                   detailOf(job, now)});
    }
    return table;
}

Table endedJobs(const std::vector<JobView>& jobs, WallTime now) {
    using enum Table::Align;
    Table table({{"JOB"}, {"RESULT"}, {"EXIT", Right}, {"SIZE", Right}, {"ENDED", Right}, {"WHAT"}, {"DETAIL"}});
    for (const auto& job : jobs) {
        if (!job.completed) continue;
        table.add({textOf(job.key),
                   {std::string(stateWord(job)), paintOf(job)},
                   std::to_string(exitCodeOf(*job.completed)),
                   sizeText(movedBy(job)),
                   ago(job.completed->ended, now),
                   shortened(printable(job.label), widestLabel),
                   endText(*job.completed)});
    }
    return table;
}

} // namespace stint::cli
