// The jobs of simulated apps: each does what its `runs:` says (scenario.md) whenever the core lets it run, and keeps
// what it has done from one run to the next.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "sim/scenario/scenario.hpp"
#include "sim/scenario/surroundings.hpp"
#include "sim/world/apps.hpp"
#include "sim/world/transfers.hpp"

namespace stint::sim {

/// A library of the app that runs its jobs in place of a `runs:`: the work layer.
class JobHost {
public:
    virtual ~JobHost() = default;
    /// onStartJob's answer.
    virtual bool started(const JobKey& job) = 0;
    /// onStopJob's answer.
    virtual bool stopped(const JobKey& job, StopReason reason) = 0;
};

class SimulatedJobs {
public:
    SimulatedJobs(Surroundings& world, Apps& apps) : world_(world), apps_(apps) {}

    // Calls of apps by entries of the timeline; each returns the result.

    std::string schedule(const action::Schedule& call);
    std::string scheduleAll(const action::ScheduleAll& call);
    std::string enqueue(const action::Enqueue& call);
    /// A job that `host` runs.
    std::string schedule(const JobKey& job, const JobInfo& info, JobHost& host);
    void finish(const action::Finish& report);
    void completeWork(const action::CompleteWork& report);
    void notify(const action::Notify& call);
    void tellBytes(const action::TellBytes& report);
    void connected(const JobKey& job);
    void answer(const action::AnswerCall& answer);
    void lost(const JobKey& job);

    // Calls of the core.

    void bind(const Bind& effect);
    void start(const CallStart& effect);
    void stop(const CallStop& effect);
    void freeze(const CallFreeze& effect);
    void end(const EndRun& effect);
    /// Reports what the app's transfers have moved since the last call.
    void count(const CountNetwork& effect);

    /// The app's processes are gone, and its runs are lost. It counts as one crash, however many jobs it hosted.
    void lose(const AppId& app, bool crash);
    /// All runs are gone with the daemon or the power; nobody is left to report to.
    void loseAll();

    // Transfers share the network.

    void setRates(Kbps down, Kbps up);
    std::optional<Instant> nextTransfer() const { return transfers_.next(); }
    void reportTransfers();
    /// The bytes that each job has moved by now.
    std::map<JobKey, Bytes> moved();

private:
    /// An app's part in one of its jobs, over all its runs.
    struct Part {
        Behaviour behaves;
        JobInfo info;
        bool takesWork = false;
        JobHost* host = nullptr;             ///< it acts in place of `behaves`
        Duration worked{0};                  ///< kept from a run that was cut short
        std::optional<Transfers::Rest> rest; ///< likewise; nullopt: all of the payload
    };
    struct Run {
        JobKey key;
        JobClass kind = JobClass::Regular;
        std::shared_ptr<Part> part;
        bool started = false;
        bool ongoing = false; ///< onStartJob was answered with true
        bool stopping = false;
        bool dead = false; ///< its process is gone, and the core is about to learn it
        std::optional<Instant> workBegan;
        Transfers::Rest restAtStart;                             ///< its transfer's
        std::map<std::string, std::uint64_t, std::less<>> items; ///< taken and not completed
    };

    Run* alive(RunId id);
    /// The newest run of the job, even if it is over: an app may still report about it.
    RunId newest(const JobKey& job) const;
    /// Like Surroundings::later(), if the run is still alive by then.
    void later(RunId id, Duration after, std::function<void(Run&)> event);
    /// A job that an app asks for; nullopt: its builder refuses it, with that result.
    struct Asked {
        JobInfo info;
        StartTerms terms;
        std::shared_ptr<Part> part;
    };
    std::optional<Asked> asked(const action::Schedule& call, std::string& refusal);
    std::string call(const JobKey& job, JobInfo info, const std::shared_ptr<Part>& part, std::string_view item,
                     const StartTerms& terms);

    void postNotification(RunId id, Run& run);
    void answerStart(RunId id, Run& run, bool ongoing);
    void takeWork(RunId id, const Run& run);
    void beginWork(RunId id, Run& run);
    /// Stops the work; if the app resumes, what was done is kept.
    void cutShort(RunId id, Run& run);
    void workDone(RunId id, Run& run);
    void report(RunId id, Run& run, bool reschedule);
    std::int32_t notificationId(const JobKey& job);

    Surroundings& world_;
    Apps& apps_;
    Transfers transfers_;
    std::map<JobKey, std::shared_ptr<Part>> parts_;
    std::map<RunId, Run> runs_;
    std::map<JobKey, RunId> newest_;
    std::map<JobKey, Bytes> moved_;
    std::map<RunId, AppId> uncounted_;           ///< runs with transfers that are not all reported
    std::map<AppId, Transfers::Rest> remainder_; ///< parts of a byte, left from the last report
    std::map<std::pair<AppId, std::int32_t>, JobKey> notificationIds_;
};

} // namespace stint::sim
