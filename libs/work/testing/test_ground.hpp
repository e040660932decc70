// The ground of a manager under test: a clock that is moved, jobs that begin when the driver lets them, and workers
// that run in the thread whose call made them possible.
#pragma once
#include <map>
#include <mutex>
#include <set>

#include "base/unix/fd.hpp"
#include "stint/work/testing.hpp"
#include "work/manager/ground.hpp"
#include "work/manager/tasks.hpp"

namespace stint::work::testing {

class TestGround : public Ground, public SchedulerPort {
public:
    TestGround();

    /// The driver's word on a request's next run.
    void setConstraintsMet(const UUID& id);
    void setDelayMet(const UUID& id);
    void stopRun(const UUID& id, StopReason reason);
    void advance(Duration time);

    // Ground
    std::optional<Place> place() override { return std::nullopt; }
    Now now() override;
    SchedulerPort& scheduler() override { return *this; }
    Result<void> opened() override { return {}; }
    void noteWaiting(bool) override {}
    bool isVisible() override { return false; }
    std::optional<Run> runOf(std::int32_t) override { return std::nullopt; }
    void run(Task kind, std::function<void()> task) override;
    void endTasks() override;
    Result<bool> showForeground(std::optional<std::int32_t>, const ForegroundInfo&) override { return true; }
    void endForeground(std::int32_t) override {}
    int fd() const override { return wakeUp_.get(); }
    /// Does all that can be done now, unless a caller above, or another thread, is at it already.
    void wake() override;
    std::optional<Duration> timeout() override { return std::nullopt; }
    Result<Turn> dispatch(JobsPort& jobs) override;
    void publish(std::uint64_t) override {}

    // SchedulerPort
    Result<bool> schedule(const JobInfo& job) override;
    Result<void> cancel(std::int32_t job) override;
    Result<std::vector<Reconcile::Pending>> pending() override;
    void finish(std::int32_t job, bool again) override;
    void watch(std::int32_t) override {} // a constraint is lost by the driver's word alone, which stops the run

private:
    struct Job {
        UUID request;
        bool isConstrained = false;
        Instant earliest{};
        bool runs = false;
    };
    std::optional<std::int32_t> nextDue() const;
    void begin(std::unique_lock<std::mutex>& lock, std::int32_t number);

    const Fd wakeUp_;  ///< an eventfd
    std::mutex mutex_; ///< guards all below
    JobsPort* jobsPort_ = nullptr;
    Now now_;
    std::map<std::int32_t, Job> jobs_;
    std::set<UUID> constraintsMet_;
    std::set<UUID> delayMet_;
    Tasks tasks_;
    bool isBusy_ = false;
};

} // namespace stint::work::testing
