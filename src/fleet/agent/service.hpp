// stint-agent as an app (contract/model/agent.hpp): libstint's jobs and messages to the Agent, and what that wants done
// to libstint, the buses and the steps; in one loop, which ends when stintd lets go of the process. It has no timer but
// those of what runs.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unix/timer.hpp"
#include "fleet/agent/agent.hpp"
#include "fleet/agent/buses.hpp"
#include "fleet/agent/wires.hpp"
#include "fleet/steps/steps.hpp"
#include "stint/connection.hpp"
#include "stint/job_service.hpp"
#include "stint/receiver.hpp"

namespace stint::fleet {

class AgentService final : public JobService, public BroadcastReceiver, private Wires {
public:
    AgentService(sd_event* loop, Connection& connection);

    bool onStartJob(JobParameters params) override;
    bool onStopJob(JobParameters params) override;
    void onMessage(const RemoteMessage& message) override;
    void onDeletedMessages() override;
    void onNewEndpoint(const std::string& registration, const std::string& endpoint) override;
    void onUnregistered(const std::string& registration) override;

    /// Hosts both, and serves. Returns main's exit code.
    int serve();

private:
    void ask(std::string_view word, std::string question, Answered answered) override;
    Result<std::vector<Standing>> jobs() override;
    void schedule(const AgentJob& job, const JobInfo& info) override;
    void cancel(const AgentJob& job) override;
    Result<Waiting> waiting(const AgentJob& job) override;
    Result<std::string> days() override;
    void finish(std::uint64_t run, bool again, stint::Outcome outcome) override;
    Result<std::string> registerForPush() override;
    Result<void> unregisterForPush() override;
    void begin(Task task, const Owner& owner, Ended ended) override;
    void stop(const std::string& campaign) override;
    Result<void> clear(const std::string& campaign) override;
    Errand::StepEnded makeSo(const Desired& desired) override;
    Result<std::string> changedSince(const Desired& desired) override;
    void restart(std::function<void(const Error&)> refused) override;
    Instant now() override;
    Duration untilHours(const DayHours& hours, Duration after) override;
    void complain(const std::string& sentence) override;

    /// A job that stintd is to have (or, without one, to have no more).
    struct Wish {
        AgentJob job;
        std::optional<JobInfo> info;
    };

    Ground ground();
    void arrived(const std::string& campaign, Bytes inPlace);
    Result<void> openAgent();
    Result<int> turn();
    Result<void> grant(const Wish& wish);
    void grantWishes();

    sd_event* loop_;
    Connection& connection_;
    Buses buses_;
    Steps steps_;
    Timer timer_;
    std::map<std::uint64_t, JobParameters> runs_;
    std::vector<Wish> wishes_; ///< told between callbacks: a job is scheduled once its run is over
    std::optional<Agent> agent_;
};

} // namespace stint::fleet
