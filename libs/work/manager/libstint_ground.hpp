// The ground of an app: stintd by its Connection, threads for the workers, the descriptor that the app's loop watches,
// and the session bus, on which its requests are shown.
#pragma once
#include <atomic>
#include <optional>
#include <string>

#include "stint/connection.hpp"
#include "stint/job_service.hpp"
#include "work/manager/configuration.hpp"
#include "work/manager/ground.hpp"
#include "work/manager/ports.hpp"
#include "work/manager/publisher.hpp"

namespace stint::work {

class LibstintGround : public Ground, public JobService {
public:
    static Result<std::unique_ptr<LibstintGround>> open(Connection& connection, const Configuration& configuration);
    LibstintGround(Connection& connection, Configuration configuration, JobScheduler scheduler, Wakes wakes);

    std::optional<Place> place() override;
    Now now() override;
    SchedulerPort& scheduler() override { return scheduler_; }
    Result<void> opened() override;
    void noteWaiting(bool waits) override;
    bool isVisible() override;
    std::optional<Run> runOf(std::int32_t job) override;
    void run(Task kind, std::function<void()> task) override;
    void endTasks() override;
    Result<bool> showForeground(std::optional<std::int32_t> job, const ForegroundInfo& info) override;
    void endForeground(std::int32_t notification) override;
    int fd() const override { return wakes_.fd(); }
    void wake() override { wakes_.wake(); }
    std::optional<Duration> timeout() override;
    Result<Turn> dispatch(JobsPort& jobs) override;
    void publish(std::uint64_t version) override;

    // JobService
    bool onStartJob(JobParameters params) override;
    bool onStopJob(JobParameters params) override;
    void onNetworkChanged(JobParameters params) override;
    void notificationAction(JobParameters params, std::string_view key) override;

private:
    const ConfigurationAccess::Values& parts() const { return ConfigurationAccess::values(configuration_); }
    Result<void> firstTurn(JobsPort& jobs);

    Connection& connection_;
    const Configuration configuration_;
    LibstintScheduler scheduler_;
    Wakes wakes_;
    std::atomic<bool> dispatches_ = false; ///< the app's loop has begun
    JobsPort* jobs_ = nullptr;             ///< from the first turn on
    std::string package_;
    bool waits_ = false;                 ///< the note of that may be there
    std::optional<Publisher> publisher_; ///< used by the loop's thread only
    std::uint64_t published_ = 0;        ///< the version
    Pool beginning_{4};
    Pool blocking_;
};

} // namespace stint::work
