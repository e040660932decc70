// The questions that may be asked about the present. The core answers them (contract/core/scheduler.hpp) from the
// verdicts that it decides by; an edge that passes answers on knows nothing else of it.
#pragma once
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/time/time.hpp"
#include "contract/model/view.hpp"
#include "contract/model/what_if.hpp"
#include "stint/result.hpp"

namespace stint {

class Questions {
public:
    virtual ~Questions() = default;

    /// A tracked job, else the newest completed one of that key, else nullopt.
    virtual std::optional<JobView> job(const JobKey& key, Now now) const = 0;
    /// Tracked jobs in key order, later than `after`, at most `most`; one app's where `app` is given.
    virtual std::vector<JobView> jobs(const std::optional<AppId>& app, const std::optional<JobKey>& after,
                                      std::size_t most, Now now) const = 0;
    /// Completed jobs, newest first.
    virtual std::vector<JobView> completed(const std::optional<AppId>& app) const = 0;
    /// Everything that keeps a pending job from running; empty exactly when it may run, and when it runs.
    virtual std::vector<Blocker> explain(const JobKey& key, Now now) const = 0;
    /// How its reasons have changed while the job waited, oldest first, the last ten (jobs.md §9.2).
    virtual std::vector<HistoryEntry> history(const JobKey& key) const = 0;
    /// The items of a tracked job's work behind `after`, at most `most`, in the order in which they are handed out.
    virtual std::vector<WorkItem> work(const JobKey& key, std::uint64_t after, std::size_t most) const = 0;
    /// The forecast for a job if `supposed` were so (jobs.md §9.6). IllegalArgument: no such job, or it has ended;
    /// LimitExceeded: there are too many jobs to try it.
    virtual Result<Forecast> whatIf(const JobKey& key, const Supposed& supposed, Now now) const = 0;
    /// jobs.md §2.1.
    virtual bool canRunUserInitiatedJobs(const AppId& app) const = 0;
    /// limits.md §7.5.
    virtual bool canScheduleExactAlarms(const AppId& app) const = 0;
    /// The scheduler as a whole, for a dump (jobs.md §9.3), with at most the first `mostQueued` of its ready jobs.
    virtual SchedulerView overview(std::size_t mostQueued, Now now) const = 0;

    /// Every row of one kind.
    template <class Row> std::vector<Row> all(Now now) const {
        Rows rows = std::vector<Row>();
        fill(rows, now);
        return std::get<std::vector<Row>>(std::move(rows));
    }
    std::vector<TaskRow> tasks(Now now) const { return all<TaskRow>(now); }
    std::vector<AppView> apps(Now now) const { return all<AppView>(now); }
    std::vector<AlarmView> alarms(Now now) const { return all<AlarmView>(now); }
    std::vector<DeviceLimitView> deviceLimits(Now now) const { return all<DeviceLimitView>(now); }

private:
    /// Fills `rows` with every row of the kind that it holds.
    virtual void fill(Rows& rows, Now now) const = 0;
};

} // namespace stint
