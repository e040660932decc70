// The operator's calls of stintd, as values: which method, what is written into it, how its answer is read; and
// answerOf(), which makes one and blocks until its answer comes. stint-taskmanager, which serves others meanwhile,
// takes the values alone.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "contract/model/day.hpp"
#include "contract/model/questions.hpp"
#include "contract/model/view.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/limits.hpp"
#include "link/wire/message.hpp"
#include "link/wire/names.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/views.hpp"
#include "link/wire/writer.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// No arguments.
inline void nothing(wire::Writer&) {}
inline void noOptions(wire::DictionaryWriter&) {}

template <class Answer> struct Call {
    const char* interface;
    const char* member;
    Result<Answer> (*read)(wire::Reader&);
    std::function<void(wire::Writer&)> write = nothing;
    std::function<void(wire::DictionaryWriter&)> options = noOptions;
};

/// A call without effect: it may be made again where its answer was lost.
template <class Answer> struct Question : Call<Answer> {};

/// The message that makes the call.
template <class Answer> Result<wire::Message> messageOf(sd_bus* bus, const Call<Answer>& call) {
    const wire::Message message = STINT_TRY(wire::newCall(bus, call.interface, call.member));
    wire::Writer writer(message);
    call.write(writer);
    {
        wire::DictionaryWriter dictionary(writer);
        call.options(dictionary);
    }
    STINT_TRY(writer.done());
    return message;
}

/// A job and everything that keeps it from running.
struct Explanation {
    JobView job;
    std::vector<Blocker> blockers;
};

/// The answer of Android's shell verbs (jobs.md §8).
struct ShellAnswer {
    std::int32_t code = 0; ///< the low byte is the process's exit code
    std::string out;       ///< lines
    std::string err;       ///< lines
};

struct Quotas {
    QuotaView regular;
    QuotaView expedited;
};

/// A part of a list; the next part begins after its last row.
template <class Row> struct Page {
    std::vector<Row> rows;
    bool more = false;
};

namespace calls {

/// The rows that a method without arguments answers (contract/model/view.hpp, link/wire/fields.hpp).
template <class Row> Question<std::vector<Row>> list(const char* interface, const char* member) {
    return {interface, member, wire::readRows<Row>};
}

// Jobs.

/// The tracked jobs after the last of `before`; for finished ones, as many rows as `before` has are skipped. nullopt:
/// every app's.
Question<Page<JobView>> jobs(const std::optional<std::string>& package, bool finished,
                             const std::vector<JobView>& before);
Question<Explanation> explain(const JobKey& job);
/// The changes of the job's pending reasons, oldest first (jobs.md §9.2).
Question<std::vector<HistoryEntry>> history(const JobKey& job);
/// How the runs of all jobs that had that key ended, oldest first (jobs.md §9.4).
Question<std::vector<PastRun>> log(const JobKey& job);
/// A page of the day (jobs.md §9.5). IllegalArgument: more than eight days.
Question<DayPage> day(const DayAsked& asked);
/// The forecast for the job if these were so (jobs.md §9.6): the device's keys, as "charging" is "no", and "bucket".
Question<Forecast> whatIf(const JobKey& job, const std::map<std::string, std::string>& changes);
/// The job's work items that are not completed after the last of `before`, in the order of delivery.
Question<Page<WorkItem>> work(const JobKey& job, const std::vector<WorkItem>& before);
/// The job's state now; news of it follow. IllegalArgument: neither the job nor its history is there.
Question<JobView> watch(const JobKey& job);
/// Asks for news of every job from now on, and for one notice that any of these lists has changed; the next call asks
/// for the next notice.
Call<void> watchEverything(Topics lists);
/// The shell's cancel; IllegalArgument: there is no such job.
Call<void> cancel(const JobKey& job);
/// Holds or releases the job (jobs.md §14.2). IllegalState: it has ended.
Call<void> hold(const JobKey& job, bool on);
/// Changes the job's conditions (jobs.md §14.4). IllegalArgument: no such condition, or one that it may not have;
/// IllegalState: it has ended.
Call<void> edit(const JobKey& job, const std::vector<Condition>& conditions);
/// Retries the job now, or schedules one that has ended once more (jobs.md §14.3). IllegalState: it does not wait for a
/// retry, or cannot be made again.
Call<void> retry(const JobKey& job);
/// Moves the job among its equals that wait (jobs.md §14.6). IllegalState: it runs, or has ended.
Call<void> move(const JobKey& job, MoveTo to);
/// Takes a job that has ended off the lists (jobs.md §14.3). IllegalState: it has not ended.
Call<void> clear(const JobKey& job);
/// Takes all of that package's off, or of every app if it is empty; the answer is their number.
Call<std::uint32_t> clearAll(const std::string& package);
/// Android's shell verbs: the words that follow "cmd jobscheduler", or `before` ({"cmd", "deviceidle"}, {"am"}).
Call<ShellAnswer> shell(const std::vector<std::string>& words, const std::vector<std::string>& before = {});
/// The shell's `run -f` (jobs.md §8): runs the job despite all blockers but the firm ones (views/explanation.hpp).
Call<ShellAnswer> runNow(const JobKey& job);
Question<SchedulerView> overview();

// Apps. IllegalArgument: it is not installed.

Question<std::vector<TaskRow>> tasks();
/// Returns how many processes were killed.
Call<std::uint32_t> stop(const std::string& package);
/// Starts the app with this process's stdin, stdout and stderr. Its end is news.
Call<std::uint32_t> startApp(const std::string& package, const std::vector<std::string>& arguments,
                             const std::string& directory);
/// The command line of the main program of an app with windows, which the caller starts in a unit of the app; empty
/// where it has no windows.
Call<std::vector<std::string>> openApp(const std::string& package);
Question<std::vector<AppView>> apps();
Call<void> setAppState(const std::string& package, const std::string& state);
/// Revokes these permissions, and only these, of those that the app's manifest declares.
Call<void> setRevoked(const std::string& package, const std::vector<std::string>& permissions);

// The device, and the daemon itself.

inline auto device() { return list<wire::DeviceRow>(wire::deviceInterface, "Get"); }
Call<void> setDevice(const std::map<std::string, std::string>& changes);
Call<void> resetDevice(const std::vector<std::string>& keys);
inline auto networks() { return list<wire::NetworkRow>(wire::deviceInterface, "Networks"); }
/// `word`: metered, unmetered or auto.
Call<void> markNetwork(const std::string& network, const std::string& word);
/// The daemon's findings about this machine, for `stint doctor`.
inline auto diagnose() { return list<wire::Finding>(wire::taskManagerInterface, "Diagnose"); }
/// The programs of Stint that run.
inline auto versions() { return list<wire::ProgramRow>(wire::taskManagerInterface, "Versions"); }
Call<void> record(bool on);
inline auto recordings() { return list<wire::RecordingRow>(wire::taskManagerInterface, "Recordings"); }
/// The daemon's counters since it started.
inline auto meters() { return list<MeterRow>(wire::taskManagerInterface, "Meters"); }

// The limits. IllegalArgument for an app that is not installed, an unknown word, a number out of range.

/// `bucket`: a bucket's name, or its value from 10 to 50 (limits.md §2.7).
Call<void> setStandbyBucket(const std::string& package, const std::string& bucket);
/// The word of an external predictor (limits.md §2.6).
Call<void> predictBucket(const std::string& package, const std::string& bucket);
/// `kind`: "interaction", "notification_seen", … (limits.md §2.4).
Call<void> reportUsage(const std::string& package, const std::string& kind);
/// `use`: "unrestricted", "optimized", "restricted" (limits.md §9).
Call<void> setBatteryUse(const std::string& package, const std::string& use);
Call<void> setDataSaverExempt(const std::string& package, bool exempt);
/// Puts the app on the temporary allowlist (limits.md §6.6); a length above allowlist.max is reduced.
Call<void> allowTemporarily(const std::string& package, Duration length);
/// A message for an app's receiver, and all that it says of itself (push.md §2).
struct Pushed {
    std::string data;
    std::string receiver; ///< empty: the app's only one
    std::string urgency;  ///< empty: normal
    std::optional<Duration> ttl;
    std::string topic;
};
/// Sends it (limits.md §8.5).
Call<void> push(const std::string& package, const Pushed& message);
Question<Quotas> quota(const std::string& package);
/// Every constant, by key.
inline auto policy() { return list<wire::PolicyRow>(wire::limitsInterface, "Policy"); }
/// Each kind of work, and which state of the device holds it back (limits.md §1.1).
inline auto deviceLimits() { return list<DeviceLimitView>(wire::limitsInterface, "ListDeviceLimits"); }
/// The places at which apps get messages from elsewhere, and the line that brings them: one row (push.md §4).
inline auto registrations() { return list<RegistrationView>(wire::limitsInterface, "ListRegistrations"); }
inline auto line() { return list<LineStatus>(wire::limitsInterface, "GetLine"); }
/// Other tokens for the app's, or for all apps' if `package` is empty (push.md §4.4). IllegalState: it has none.
Call<void> rotateRegistrations(const std::string& package);
/// Ends the app's. IllegalState: it has none.
Call<void> revokeRegistrations(const std::string& package);
Question<wire::DozeView> doze();
/// `machine`: "deep" or "light" (limits.md §6.7); returns the new state.
Call<wire::DozeView> stepDoze(const std::string& machine);
/// `state`: "idle", "light_idle", …; "auto" releases it.
Call<wire::DozeView> forceDoze(const std::string& state);
/// The pending alarms after the last of `before`, by package and tag. nullopt: every app's.
Question<Page<AlarmView>> alarms(const std::optional<std::string>& package, const std::vector<AlarmView>& before);
/// The messages that wait behind the last of `before`, in the order of arrival. nullopt: every app's.
Question<Page<MessageView>> messages(const std::optional<std::string>& package, const std::vector<MessageView>& before);
/// A page of the log of messages (push.md §5).
Question<MessageLogPage> messageLog(const MessageLogAsked& asked);

} // namespace calls

/// The daemon answers a turn later, after one fsync; a busy disk takes its time.
inline constexpr Duration patience = 30s;

/// Makes the call, blocks until the daemon answers, and reads the answer.
template <class Answer> Result<Answer> answerOf(sd_bus* bus, const Call<Answer>& asked) {
    const wire::Message message = STINT_TRY(messageOf(bus, asked));
    const auto answer = STINT_TRY(wire::call(bus, message, patience));
    wire::Reader reader(answer);
    return asked.read(reader);
}

} // namespace stint::cli
