// A WorkManager's state and work, behind its pointer: the desk under one mutex, the service in which its jobs run, the
// workers' threads, and the descriptor that the app's loop watches. Callbacks of the app, onStopped() and observers,
// run without the mutex.
#pragma once
#include <atomic>
#include <list>
#include <mutex>

#include "base/unix/fd.hpp"
#include "stint/job_service.hpp"
#include "work/engine/desk.hpp"
#include "work/manager/configuration.hpp"
#include "work/manager/ports.hpp"
#include "work/manager/publisher.hpp"
#include "work/manager/worker.hpp"

namespace stint::work {

class __attribute__((visibility("hidden"))) WorkManager::Impl : public JobService,
                                                                public WorkersPort,
                                                                public std::enable_shared_from_this<Impl> {
public:
    static Result<std::shared_ptr<Impl>> open(Connection& connection, const Configuration& configuration);
    Impl(Connection& connection, Configuration configuration, JobScheduler scheduler, Wakes wakes);

    int fd() const { return wakes_.fd(); }
    std::optional<Duration> timeout();
    Result<bool> dispatch();
    /// Stops the workers, and waits for them; their results count no more.
    void shutDown();

    Result<Desk::Outcome> call(const Event& event);
    /// Like call(), but an Error also where the scheduler refused a job for good.
    Result<void> ask(const Event& event);
    Result<std::vector<WorkInfo>> infos(const WorkQuery& query);
    std::shared_ptr<void> observe(WorkQuery query, std::function<void(const std::vector<WorkInfo>&)> listener);

    // JobService
    bool onStartJob(JobParameters params) override;
    bool onStopJob(JobParameters params) override;
    void onNetworkChanged(JobParameters params) override;
    // WorkersPort, called by the desk, the mutex held
    void start(const StartWorker& how, const Request& request) override;
    void stop(const StopWorker& how) override;

private:
    struct Running {
        std::shared_ptr<WorkerAccess::Values> values;
        std::shared_ptr<Worker> worker; ///< none: its thread has not begun, or it could not be made
        bool foreground = false;
    };
    struct Observer {
        WorkQuery query;
        std::function<void(const std::vector<WorkInfo>&)> listener;
        std::uint64_t version = 0; ///< the desk's version at the last call of `listener`; 0: never
        std::vector<WorkInfo> last;
    };

    Result<void> begin();
    bool isVisible();
    std::vector<WorkInfo> select(const WorkQuery& query) const;
    void work(const std::shared_ptr<WorkerAccess::Values>& values);
    Worker::Result doWork(const std::shared_ptr<WorkerAccess::Values>& values, std::string& why);
    void ended(const std::shared_ptr<WorkerAccess::Values>& values, WorkerEnded how);
    Result<void> showForeground(const std::shared_ptr<WorkerAccess::Values>& values, const ForegroundInfo& info);
    void tellStopped(std::vector<Running> stopped);
    void tellObservers();
    void tellNotices();
    Result<void> firstTurn();
    void publish();
    void lookAround(bool othersWrote, bool first);
    /// Has stintd told, when it is back, of what it could not be given; the mutex is held.
    void noteWaiting();
    /// The time until something is due by itself: the engine's look, and ends that could not be kept. The mutex is
    /// held.
    std::optional<Duration> untilDue() const;
    void keepAgain();

    Connection& connection_;
    const Configuration configuration_;
    LibstintScheduler scheduler_;
    Wakes wakes_;
    std::atomic<bool> dispatches_ = false; ///< the app's loop has begun
    std::mutex mutex_;                     ///< guards all below
    std::optional<Desk> desk_;
    std::map<UUID, Running> running_;
    std::vector<Running> toStop_; ///< stopped when the mutex is released
    std::list<std::weak_ptr<Observer>> observers_;
    int foregrounds_ = 0;
    bool over_ = false;
    std::vector<WorkerEnded> unkept_; ///< ends of runs that the file did not take
    Duration unkeptAt_{0};            ///< on the steady clock: the next try
    std::vector<std::string> notices_;
    std::string package_;
    bool waits_ = false;                 ///< the note of that may be there
    std::optional<Publisher> publisher_; ///< used by the loop's thread only
    std::uint64_t published_ = 0;        ///< the desk's version
    Pool pool_;
};

} // namespace stint::work
