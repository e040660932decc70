// The ground that a WorkManager stands on: stintd and the app's event loop (libstint_ground.hpp), or a test's driver.
#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time/time.hpp"
#include "stint/work/worker.hpp"
#include "work/engine/events.hpp"

namespace stint::work {

/// The side of the manager that a ground tells of its jobs. startJob and stopJob return true if the run goes on, or is
/// to come again.
class JobsPort {
public:
    virtual ~JobsPort() = default;
    virtual bool startJob(std::int32_t job, const std::optional<UUID>& request) = 0;
    virtual bool stopJob(std::int32_t job, StopReason reason) = 0;
    /// It was asked for what this job waits for (SchedulerPort::watch).
    virtual void jobWaits(std::int32_t job, const std::vector<PendingReason>& reasons) = 0;
    /// An action of a worker's notification was pressed.
    virtual void pressed(const std::string& key) = 0;
    virtual std::vector<WorkInfo> all() = 0;
};

class Ground {
public:
    /// The directory of work.db, and that of the witness.
    struct Place {
        std::filesystem::path directory;
        std::filesystem::path state;
    };
    /// The run of a job, as a worker may know it.
    struct Run {
        std::vector<std::string> uris;
        std::vector<std::string> authorities;
        std::optional<Network> network;
    };
    enum class Task : std::uint8_t { Begins, Blocks }; ///< a worker begins; a Worker does its work

    virtual ~Ground() = default;
    /// nullopt: the requests are in memory.
    virtual std::optional<Place> place() = 0;
    virtual Now now() = 0;
    virtual SchedulerPort& scheduler() = 0;
    /// The file is open.
    virtual Result<void> opened() = 0;
    /// `waits`: the file has what the scheduler could not be given.
    virtual void noteWaiting(bool waits) = 0;
    /// False where that cannot be known, and before the app's loop runs.
    virtual bool isVisible() = 0;

    /// The run of a job that goes on here.
    virtual std::optional<Run> runOf(std::int32_t job) = 0;
    virtual void run(Task kind, std::function<void()> task) = 0;
    /// Drops the tasks that have not begun; waits for those that have.
    virtual void endTasks() = 0;
    /// True: the notification is the foreground service's; false: the job's own.
    virtual Result<bool> showForeground(std::optional<std::int32_t> job, const ForegroundInfo& info) = 0;
    /// Takes that notification back; the last one ends the service.
    virtual void endForeground(std::int32_t notification) = 0;

    // The loop.
    virtual int fd() const = 0;
    /// Called from any thread, after whatever may give the loop something to do.
    virtual void wake() = 0;
    virtual std::optional<Duration> timeout() = 0;
    struct Turn {
        bool goesOn = true;
        bool isFirst = false;
        bool othersWrote = false; ///< another process has written the file
    };
    virtual Result<Turn> dispatch(JobsPort& jobs) = 0;
    /// `version` grows with each change of the requests.
    virtual void publish(std::uint64_t version) = 0;
};

} // namespace stint::work
