// A WorkManager's state and work, behind its pointer: the desk and the runs under one mutex, on a ground. What the app
// does in a callback, onStopped() or an observer, is done without the mutex, and so is what a turn has begun.
#pragma once
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>

#include "work/engine/desk.hpp"
#include "work/manager/configuration.hpp"
#include "work/manager/ground.hpp"
#include "work/manager/worker.hpp"

namespace stint::work {

class __attribute__((visibility("hidden"))) WorkManager::Impl : public JobsPort,
                                                                public WorkersPort,
                                                                public std::enable_shared_from_this<Impl> {
public:
    Impl(std::unique_ptr<Ground> ground, Configuration configuration)
        : configuration_(std::move(configuration)), ground_(std::move(ground)) {}

    /// Opens the file, and compares it with the scheduler's jobs: once, before all else.
    Result<void> begin();

    int fd() const { return ground_->fd(); }
    std::optional<Duration> timeout();
    Result<bool> dispatch();
    /// Stops the workers, and waits for those that have a thread; their results count no more.
    void shutDown();

    Result<Desk::Outcome> call(const Event& event);
    /// Like call(), but an Error also where the scheduler refused a job for good.
    Result<void> ask(const Event& event);
    Result<std::vector<WorkInfo>> infos(const WorkQuery& query);
    Result<std::optional<WallTime>> lastCancelAll();
    std::shared_ptr<void> observe(WorkQuery query, std::function<void(const std::vector<WorkInfo>&)> listener);

    // JobsPort
    bool startJob(std::int32_t job, const std::optional<UUID>& request) override;
    bool stopJob(std::int32_t job, StopReason reason) override;
    void jobWaits(std::int32_t job, const std::vector<PendingReason>& reasons) override;
    void pressed(const std::string& key) override;
    std::vector<WorkInfo> all() override;
    // WorkersPort, called by the desk, the mutex held
    void start(const StartWorker& how, const Request& request) override;
    void stop(const StopWorker& how) override;

private:
    using Values = WorkerAccess::Values;
    struct Running {
        std::shared_ptr<Values> values;
        std::shared_ptr<ListenableWorker> worker;              ///< none: it is not made yet, or could not be
        std::optional<std::int32_t> foreground = std::nullopt; ///< its notification at the foreground service
    };
    /// Left by a turn, to be done without the mutex.
    struct Pending {
        std::vector<Running> stopped;
        std::vector<std::shared_ptr<Values>> begun;
    };
    struct Observer {
        WorkQuery query;
        std::function<void(const std::vector<WorkInfo>&)> listener;
        std::uint64_t version = 0; ///< the desk's version at the last call of `listener`; 0: never
        std::vector<WorkInfo> last;
    };

    /// A worker's call, from whichever thread: the manager does not end, nor what it stands on, while one goes on.
    class Call {
    public:
        explicit Call(const std::weak_ptr<Impl>& manager);
        ~Call();
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;
        explicit operator bool() const { return manager_ != nullptr; } ///< false: it has ended
        Impl* operator->() const { return manager_.get(); }

    private:
        std::shared_ptr<Impl> manager_;
    };

    Result<void> open();
    const ConfigurationAccess::Values& parts() const { return ConfigurationAccess::values(configuration_); }
    std::vector<WorkInfo> select(const WorkQuery& query) const;
    void perform(Pending pending);
    void tellStopped(const std::vector<Running>& stopped);
    void tellObservers();
    void tellNotices();
    void lookAround(const Ground::Turn& turn);
    /// The time until something is due by itself: the engine's look, and events that could not be kept. The mutex is
    /// held.
    std::optional<Duration> untilDue() const;

    // The runs (runs.cpp).
    void make(const std::shared_ptr<Values>& values);
    Result<std::shared_ptr<ListenableWorker>> madeFor(const std::shared_ptr<Values>& values);
    void work(const std::shared_ptr<ListenableWorker>& worker, const std::shared_ptr<Values>& values);
    void ended(const std::shared_ptr<Values>& values, WorkerEnded how);
    bool isShutDown();
    void keepLater(Event event, std::string notice);
    void keepAgain();
    template <class... What> void forgetUnkept(std::int32_t job);
    Result<void> showForeground(const std::shared_ptr<Values>& values, const ForegroundInfo& info);
    /// The notification, unless a run shows it. The mutex is held.
    std::optional<std::int32_t> ifUnused(std::optional<std::int32_t> notification) const;

    const Configuration configuration_;
    const std::unique_ptr<Ground> ground_;
    std::mutex mutex_; ///< guards all below
    std::optional<Desk> desk_;
    std::map<UUID, Running> running_;
    Pending pending_;
    std::list<std::weak_ptr<Observer>> observers_;
    bool over_ = false;
    bool isGone_ = false; ///< over, and nobody is in it
    int calls_ = 0;       ///< Calls that live
    std::condition_variable callEnds_;
    std::vector<Event> unkept_; ///< what has become of runs and their jobs, and the file did not take
    Duration unkeptAt_{0};      ///< on the steady clock: the next try
    std::vector<std::string> notices_;
};

/// Opens a manager on another ground: for libstint-work-testing, of the same version.
struct STINT_API ManagerAccess {
    static Result<WorkManager> open(std::unique_ptr<Ground> ground, const Configuration& configuration);
};

} // namespace stint::work
