// The manager's ports: the threads in which workers run; the one descriptor that an app's loop watches; and the
// scheduler over libstint: a JobScheduler in the namespace "stint.work", and the service in which its jobs run.
#pragma once
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/unix/fd.hpp"
#include "stint/job_scheduler.hpp"
#include "stint/job_service.hpp"
#include "stint/result.hpp"
#include "work/engine/events.hpp"
#include "work/manager/tasks.hpp"

namespace stint::work {

/// The threads in which workers run: a thread is started when there is a task and none is free, and joined at the
/// end.
class Pool {
public:
    explicit Pool(int threads) : most_(static_cast<std::size_t>(threads)) {}
    ~Pool() { end(); }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    /// Does nothing after end().
    void run(std::function<void()> task);
    /// Drops the tasks that have not begun; waits for those that have.
    void end();

private:
    void serve();

    const std::size_t most_;
    std::mutex mutex_;
    std::condition_variable wakes_;
    Tasks tasks_;
    std::vector<std::thread> threads_;
    std::size_t free_ = 0;
    bool over_ = false;
};

/// The one descriptor that an app's loop watches: it stands for the connection, calls from other threads, and commits
/// of other processes to the app's file.
class Wakes {
public:
    static Result<Wakes> open(int connection);
    Result<void> watchFile(const std::filesystem::path& directory);

    /// Watches a further descriptor for poll's `events`; -1: none any more.
    void follow(int other, short events);

    int fd() const { return epoll_.get(); }
    void wake() const;
    /// Reads all that has come; true if the file was written, by any process.
    bool drain() const;

private:
    Fd epoll_;
    Fd wakeUp_; ///< an eventfd
    Fd inotify_;
    int other_ = -1;
    short events_ = 0;
};

class LibstintScheduler : public SchedulerPort {
public:
    using Waits = std::function<void(std::int32_t job, const std::vector<PendingReason>& reasons)>;
    /// `waits` is called from the connection's dispatch().
    LibstintScheduler(JobScheduler scheduler, JobService& service, Waits waits)
        : scheduler_(std::move(scheduler)), service_(&service), waits_(std::move(waits)) {}

    Result<bool> schedule(const JobInfo& job) override;
    Result<void> cancel(std::int32_t job) override;
    Result<std::vector<Reconcile::Pending>> pending() override;
    void finish(std::int32_t job, bool again) override;
    void watch(std::int32_t job) override;

    /// A run of a job goes on here: until finish(), or until it was stopped.
    void begin(const JobParameters& params);
    void forget(std::int32_t job);
    std::optional<JobParameters> paramsOf(std::int32_t job) const;

private:
    JobScheduler scheduler_;
    JobService* service_;
    Waits waits_;
    mutable std::mutex mutex_; ///< guards runs_
    std::map<std::int32_t, JobParameters> runs_;
};

} // namespace stint::work
