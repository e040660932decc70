// The history of a job, in order (jobs.md §9.4): its runs and waits, line by line. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "contract/model/view.hpp"

namespace stint::cli {

struct LogLine {
    WallTime when;
    std::string what;
    std::string detail;

    static constexpr auto fields = [](auto& field, auto& line) {
        field("when", line.when);
        field("what", line.what);
        field("detail", line.detail);
    };
};

/// All that is known of one job.
struct JobLog {
    JobKey key;
    std::string label;
    WallTime scheduled{};
    std::vector<PastRun> runs;
    std::vector<HistoryEntry> waits; ///< since the last run
    std::optional<JobView> now;      ///< nullopt: it has ended
};

/// The runs of the job that had the key last: an app may have given its id to others before.
std::vector<PastRun> runsOf(std::vector<PastRun> all, WallTime scheduled);
std::vector<LogLine> linesOf(const JobLog& log);
/// A line, as `stint log --json` prints it.
std::string jsonOf(const JobKey& job, const LogLine& line);

} // namespace stint::cli
