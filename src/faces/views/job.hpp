// A job's views: a row in the table of jobs; its history, its runs and waits in order, line by line (jobs.md §9.4);
// and the terms of its JobInfo, one fact a line, by the keys of dbus/org.stint.JobScheduler1.xml, for the dump
// (jobs.md §9.3), as text and as JSON, without the unset ones. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "contract/model/view.hpp"
#include "faces/screen/text.hpp"
#include "stint/job_info.hpp"
#include "stint/reasons.hpp"

namespace stint::cli {

struct Fact {
    std::string_view name;
    std::variant<bool, std::int64_t, Duration, std::string, std::vector<std::string>> value;
};

/// The job's facts; of its extras only the keys: their values are the app's own business.
std::vector<Fact> factsOf(const JobInfo&);
/// "1min30s", "true", "INTERNET VALIDATED".
std::string textOf(const Fact&);

/// The reasons for which the job would wait if its constraints did not hold (jobs.md §9.1).
std::vector<PendingReason> reasonsToWaitOf(const JobInfo&);

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

/// Puts the jobs of each pool that wait into their order (jobs.md §14.6), and leaves out all but the first `most` of
/// them; returns how many were left out.
std::size_t foldPools(std::vector<JobView>& jobs, std::size_t most);
/// The jobs that run, and those that wait, with the reason.
Table trackedJobs(const std::vector<JobView>& jobs, WallTime now);
/// The jobs that have ended, with their result.
Table endedJobs(const std::vector<JobView>& jobs, WallTime now);

} // namespace stint::cli
