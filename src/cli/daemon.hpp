// This command's line to stintd: each call of the operator as a function that blocks until it is answered, and the
// news of watched jobs and started apps as values. org.stint.TaskManager1 and org.stint.Device1, and Schedule and
// Cancel of org.stint.JobScheduler1 on behalf of others (option "as").
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <sys/types.h>

#include "base/fd.hpp"
#include "model/view.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"
#include "wire/connect.hpp"
#include "wire/views.hpp"

namespace stint::cli {

/// A job and everything that keeps it from running.
struct Explanation {
    JobView job;
    std::vector<Blocker> blockers;
};

/// What Android's shell verbs answer (jobs.md §8).
struct ShellAnswer {
    std::int32_t code = 0; ///< a process ends with its low byte
    std::string out;       ///< lines
    std::string err;       ///< lines
};

struct AppExited {
    std::uint32_t pid = 0;
    std::int32_t exitCode = 0;
};

/// What the daemon says unasked.
using News = std::variant<JobView, AppExited>;

class Daemon {
public:
    /// Unavailable where no daemon listens, with what to do about it.
    static Result<Daemon> connect();
    /// Over a socket that is connected: a test's.
    static Result<Daemon> over(Fd socket);

    /// A new job of the built-in package `app`, under the smallest free id; nullopt: RESULT_FAILURE, the app is in no
    /// state that allows a user-initiated job now (jobs.md §2.3).
    Result<std::optional<JobId>> scheduleNew(const JobInfo& job, const AppId& app);
    /// The shell's cancel; IllegalArgument where there is no such job.
    Result<void> cancel(const JobKey& job);

    /// All of them, page by page. nullopt: every app's.
    Result<std::vector<JobView>> jobs(const std::optional<std::string>& package, bool finished);
    Result<Explanation> explain(const JobKey& job);
    /// How what kept it waiting has changed, oldest first (jobs.md §9.2).
    Result<std::vector<HistoryEntry>> history(const JobKey& job);
    /// Its work that is not completed, page by page, in the order it is handed out in; at most about `most` items.
    Result<std::vector<WorkItem>> work(const JobKey& job, std::size_t most);
    Result<SchedulerView> overview();
    /// The words that follow "cmd jobscheduler".
    Result<ShellAnswer> shell(const std::vector<std::string>& words);
    /// The job's state now; from here on its news come. IllegalArgument where neither a job nor its history is there.
    Result<JobView> watch(const JobKey& job);

    Result<std::vector<TaskRow>> tasks();
    /// How many processes died.
    Result<std::uint32_t> stop(const std::string& package);
    /// With this process's stdin, stdout and stderr. Its end comes as news.
    Result<std::uint32_t> startApp(const std::string& package, const std::vector<std::string>& arguments);
    Result<std::vector<AppView>> apps();
    Result<void> setAppState(const std::string& package, const std::string& state);

    Result<std::vector<wire::DeviceRow>> device();
    Result<void> setDevice(const std::map<std::string, std::string>& changes);
    Result<void> resetDevice(const std::vector<std::string>& keys);

    // For an event loop: poll fd() for events(), no longer than timeout(); then take what came.
    int fd() const;
    short events() const;
    /// nullopt: as long as it takes.
    std::optional<Duration> timeout() const;
    /// All news that are there. Unavailable: the daemon is gone.
    Result<std::vector<News>> takeNews();

private:
    explicit Daemon(wire::Bus bus) : bus_(std::move(bus)) {}
    struct Page;
    Result<Page> page(const std::optional<std::string>& package, bool finished, const std::vector<JobView>& before);

    wire::Bus bus_;
};

} // namespace stint::cli
