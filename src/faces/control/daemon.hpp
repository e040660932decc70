// The connection to stintd: each call of the operator as a function that blocks until it is answered, and news of
// watched jobs and started apps as values. org.stint.TaskManager1, Device1, Limits1, the list of
// org.stint.AlarmManager1, and Schedule, ScheduleAll and Cancel of org.stint.JobScheduler1 on behalf of others (option
// "as").
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include <sys/types.h>

#include "base/result/errors.hpp"
#include "base/unix/fd.hpp"
#include "contract/model/day.hpp"
#include "contract/model/event.hpp"
#include "contract/model/questions.hpp"
#include "contract/model/view.hpp"
#include "faces/control/calls.hpp"
#include "faces/screen/terminal.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/names.hpp"
#include "link/wire/views.hpp"
#include "stint/job_info.hpp"
#include "stint/result.hpp"

namespace stint::cli {

struct AppExited {
    std::uint32_t pid = 0;
    std::int32_t exitCode = 0;
};

/// Lists that have changed.
struct ListsChanged {
    Topics topics;
};

/// Messages that the daemon sends without a call.
using News = std::variant<JobView, AppExited, ListsChanged>;

/// A question whose answer was lost with the connection is asked again, of the daemon that is there then: it has no
/// effect. A call with an effect is not: nobody knows whether the effect took place.
class Daemon {
public:
    /// Connects to the daemon, which is started where none listens (startDaemon()); then `screen` says so.
    /// Unavailable where that fails.
    static Result<Daemon> connect(const Screen& screen);
    /// Unavailable where no daemon listens, with advice: for verbs that only read.
    static Result<Daemon> connectIfThere();
    /// Over a connected socket, for tests.
    static Result<Daemon> over(Fd socket);

    /// The rows that a method without arguments answers (contract/model/view.hpp, link/wire/fields.hpp).
    template <class Row> Result<std::vector<Row>> list(const char* interface, const char* member) {
        return told(calls::list<Row>(interface, member));
    }

    /// Schedules a new job of the built-in package `app`, under a new number. Refused: RESULT_FAILURE, with the
    /// reason (jobs.md §2.3).
    Result<JobId> scheduleNew(const JobInfo& job, const AppId& app, const StartTerms& terms = {});
    /// Schedules one or several of them, all or none (jobs.md §2.7); returns their numbers, in that order.
    Result<std::vector<JobId>> scheduleAll(const std::vector<JobOfList>& jobs, const AppId& app);
    /// Returns how many of the first jobs fit into one call, at least one.
    Result<std::size_t> fitting(std::span<const JobOfList> jobs) const;
    /// The shell's cancel; IllegalArgument: there is no such job.
    Result<void> cancel(const JobKey& job);

    /// Holds or releases the job (jobs.md §14.2). IllegalState: it has ended.
    Result<void> hold(const JobKey& job, bool on);
    /// Changes the job's conditions (jobs.md §14.4). IllegalArgument: no such condition, or one that it may not have;
    /// IllegalState: it has ended.
    Result<void> edit(const JobKey& job, const std::vector<Condition>& conditions);
    /// Retries the job now (jobs.md §14.3). IllegalState: it does not wait for a retry.
    Result<void> retry(const JobKey& job);

    /// All jobs, page by page. nullopt: every app's.
    Result<std::vector<JobView>> jobs(const std::optional<std::string>& package, bool finished);
    Result<Explanation> explain(const JobKey& job);
    /// The changes of the job's pending reasons, oldest first (jobs.md §9.2).
    Result<std::vector<HistoryEntry>> history(const JobKey& job);
    /// The forecast for the job if these were so (jobs.md §9.6): the device's keys, and "bucket".
    Result<Forecast> whatIf(const JobKey& job, const std::map<std::string, std::string>& changes);
    /// How the runs of all jobs that had that key ended, oldest first (jobs.md §9.4).
    Result<std::vector<PastRun>> log(const JobKey& job);
    /// All pages of what happened between two times (jobs.md §9.5). IllegalArgument: more than eight days.
    Result<DayPage> day(WallTime from, WallTime to);
    /// The job's work items that are not completed, page by page, in the order of delivery; at most about `most`.
    Result<std::vector<WorkItem>> work(const JobKey& job, std::size_t most);
    Result<SchedulerView> overview();
    /// Android's shell verbs: the words that follow "cmd jobscheduler", or `before` ({"cmd", "deviceidle"}, {"am"}).
    /// A "get" verb is a question.
    Result<ShellAnswer> shell(const std::vector<std::string>& words, const std::vector<std::string>& before = {});
    /// The job's state now; news of it follow. IllegalArgument: neither the job nor its history is there.
    Result<JobView> watch(const JobKey& job);
    /// Asks for news of every job from now on, and for one notice that any of these lists has changed; the next call
    /// asks for the next notice.
    Result<void> watchEverything(Topics lists);
    /// The shell's `run -f` (jobs.md §8): runs the job despite all blockers but the firm ones
    /// (views/explanation.hpp).
    Result<ShellAnswer> runNow(const JobKey& job);

    Result<std::vector<TaskRow>> tasks();
    /// Returns how many processes were killed.
    Result<std::uint32_t> stop(const std::string& package);
    /// Starts the app with this process's stdin, stdout and stderr. Its end is news.
    Result<std::uint32_t> startApp(const std::string& package, const std::vector<std::string>& arguments,
                                   const std::string& directory);
    /// The command line of the main program of an app with windows, which the caller starts in a unit of the app;
    /// empty where it has no windows.
    Result<std::vector<std::string>> openApp(const std::string& package);
    Result<std::vector<AppView>> apps();
    Result<void> setAppState(const std::string& package, const std::string& state);
    /// Revokes these permissions, and only these, of those that the app's manifest declares.
    Result<void> setRevoked(const std::string& package, const std::vector<std::string>& permissions);

    /// The daemon's findings about this machine, for `stint doctor`.
    Result<std::vector<wire::Finding>> diagnose() {
        return list<wire::Finding>(wire::taskManagerInterface, "Diagnose");
    }

    Result<std::vector<wire::DeviceRow>> device() { return told(calls::device()); }
    Result<void> setDevice(const std::map<std::string, std::string>& changes);
    Result<void> resetDevice(const std::vector<std::string>& keys);
    Result<void> record(bool on);
    Result<std::vector<wire::RecordingRow>> recordings() {
        return list<wire::RecordingRow>(wire::taskManagerInterface, "Recordings");
    }
    Result<std::vector<wire::NetworkRow>> networks() { return told(calls::networks()); }
    /// `word`: metered, unmetered or auto.
    Result<void> markNetwork(const std::string& network, const std::string& word);

    // The limits. IllegalArgument for an app that is not installed, an unknown word, a number out of range.

    /// `bucket`: a bucket's name, or its value from 10 to 50 (limits.md §2.7).
    Result<void> setStandbyBucket(const std::string& package, const std::string& bucket);
    /// The word of an external predictor (limits.md §2.6).
    Result<void> predictBucket(const std::string& package, const std::string& bucket);
    /// `kind`: "interaction", "notification_seen", … (limits.md §2.4).
    Result<void> reportUsage(const std::string& package, const std::string& kind);
    /// `use`: "unrestricted", "optimized", "restricted" (limits.md §9).
    Result<void> setBatteryUse(const std::string& package, const std::string& use);
    Result<void> setDataSaverExempt(const std::string& package, bool exempt);
    /// Puts the app on the temporary allowlist (limits.md §6.6); a length above allowlist.max is reduced.
    Result<void> allowTemporarily(const std::string& package, Duration length);
    /// A message for the app's receiver (limits.md §8.5); `receiver` empty: its only one.
    Result<void> push(const std::string& package, bool high, const std::string& data, const std::string& receiver);
    Result<Quotas> quota(const std::string& package);
    /// Every constant, by key.
    Result<std::vector<wire::PolicyRow>> policy() { return list<wire::PolicyRow>(wire::limitsInterface, "Policy"); }
    Result<wire::DozeView> doze();
    /// Each kind of work, and which state of the device holds it back (limits.md §1.1).
    Result<std::vector<DeviceLimitView>> deviceLimits() { return told(calls::deviceLimits()); }
    /// `machine`: "deep" or "light" (limits.md §6.7); returns the new state.
    Result<wire::DozeView> stepDoze(const std::string& machine);
    /// `state`: "idle", "light_idle", …; "auto" releases it.
    Result<wire::DozeView> forceDoze(const std::string& state);
    /// Pending alarms, by package and tag; nullopt: every app's.
    Result<std::vector<AlarmView>> alarms(const std::optional<std::string>& package);

    // For an event loop: poll fd() for events(), no longer than timeout(); then takeNews().
    int fd() const;
    short events() const;
    /// nullopt: no limit.
    std::optional<Duration> timeout() const;
    /// All pending news. Unavailable: the daemon is gone.
    Result<std::vector<News>> takeNews();

private:
    using Connecting = std::function<Result<wire::Bus>()>;
    explicit Daemon(wire::Bus bus, Connecting again = {}) : bus_(std::move(bus)), again_(std::move(again)) {}

    template <class Answer> Result<Answer> told(const Call<Answer>& question) {
        auto answer = answerOf(bus_.get(), question);
        for (int tries = 0; tries < wire::mostAgain && isLost(answer); ++tries) {
            bus_ = STINT_TRY(again_());
            answer = answerOf(bus_.get(), question);
        }
        return answer;
    }
    /// True if the answer was lost with the connection, not where the daemon is only slow. A watcher sees it by
    /// takeNews(), and watches again.
    template <class Answer> bool isLost(const Result<Answer>& answer) const {
        return !answer.ok() && answer.error().code == Errc::UNAVAILABLE && again_ && !watches_ &&
               sd_bus_is_open(bus_.get()) <= 0;
    }

    wire::Bus bus_;
    Connecting again_;     ///< empty: the connection is not made again
    bool watches_ = false; ///< news are promised to this connection
};

} // namespace stint::cli
