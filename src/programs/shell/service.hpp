// The service "Command" of org.stint.shell: a job of it is one command, in a process of its own
// (contract/model/app.hpp, Service::processPerJob). It translates between the job contract (jobs.md §4, §5.1) and a
// run; a Verdict says what an end means.
//
// Extras of a job: "spool" (its directory, programs/spool/spool.hpp), "label" (for people), "retries" (absent: without
// end), "successExits" ("3,4": exit codes that count as success, beside 0), "grace" (ms between SIGTERM and SIGKILL:
// less than the daemon waits for the answer to onStopJob), "saveTime" (ms between SIGTERM and the end of its time;
// absent: no SIGTERM before its time is over), "limits" (base/cgroup/cgroup_limits.hpp's words; absent: those of
// background work, if it is that), "guard" (a guard, jobs.md §14.5: the daemon freezes it, it has a full part of the
// machine, and processes that it leaves behind are waited for).
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "programs/shell/command.hpp"
#include "programs/shell/run.hpp"
#include "stint/connection.hpp"
#include "stint/job_service.hpp"

namespace stint::shell {

class CommandService final : public JobService {
public:
    /// `helper`: stint-exec.
    explicit CommandService(std::filesystem::path helper) : helper_(std::move(helper)) {}

    bool onStartJob(JobParameters params) override;
    /// Returns once none of the command's processes is alive: at the end of its grace at the latest.
    bool onStopJob(JobParameters params) override;
    void notificationAction(JobParameters params, std::string_view key) override;

    /// The event loop of this process, for libstint and the command. Returns main's exit code.
    int serve(Connection& connection);

private:
    /// A person's choice by the notification (jobs.md §5.1).
    enum class Choice { None, Stop, Later };
    struct Job {
        JobParameters params;
        Spool spool;
        Tally tally;
        Run::Clock::time_point began;
        Choice choice = Choice::None;
        std::optional<CommandCgroup> cgroup; ///< outlives its run
        std::optional<Run> run;              ///< none where it could not be started
        bool saves = false;                  ///< it was asked to end before its limit
        bool frozen = false;                 ///< by its guard
        bool byAnother = false;              ///< somebody else has frozen or thawed it, and that was reported
        Fd events;                           ///< its cgroup's events, where it is a guard

        Duration ran() const { return std::chrono::round<std::chrono::seconds>(Run::Clock::now() - began); }
        bool isGuard() const { return params.getExtras().containsKey("guard"); }
        Duration saveTime() const { return Duration{params.getExtras().getLong("saveTime")}; }
    };

    Result<Run> begin();
    static Result<Command::Place> placeFor(Job& job, Share share);
    void await(Connection* connection);
    void askToEnd(std::string_view reason, Duration grace);
    void freeze(bool on);
    void lookWhoFreezes();
    void tell(const std::string& text);
    /// nullopt: the daemon stops it at its limit, or it is saving already.
    std::optional<Duration> untilSaving() const;
    void settle();
    void finish(Verdict verdict);
    void end(const Verdict& verdict);
    void show(const JobParameters& params, const std::string& text, bool running);
    void tidy(Connection& connection);

    std::filesystem::path helper_;
    std::optional<Job> job_;
    std::filesystem::path untidied_; ///< the spools' directory, after a run
};

} // namespace stint::shell
