// The operator's calls of stintd, as values: which method, what is written into it, how its answer is read; and ask(),
// which makes one and blocks until its answer comes. stint-taskmanager, which serves others meanwhile, takes the
// values alone.
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
template <class Row> Call<std::vector<Row>> list(const char* interface, const char* member) {
    return {interface, member, wire::readRows<Row>};
}

/// The tracked jobs after the last of `before`; for finished ones, as many rows as `before` has are skipped. nullopt:
/// every app's.
Call<Page<JobView>> jobs(const std::optional<std::string>& package, bool finished, const std::vector<JobView>& before);
Call<Explanation> explain(const JobKey& job);
Call<std::vector<HistoryEntry>> history(const JobKey& job);
Call<std::vector<PastRun>> log(const JobKey& job);
/// A page of the day (jobs.md §9.5).
Call<DayPage> day(const DayAsked& asked);
/// The forecast for the job if the device were otherwise (jobs.md §9.6): "charging" is "no".
Call<Forecast> whatIf(const JobKey& job, const std::map<std::string, std::string>& changes);
/// The job's work items after the last of `before`.
Call<Page<WorkItem>> work(const JobKey& job, const std::vector<WorkItem>& before);
Call<JobView> watch(const JobKey& job);
/// Asks for news of every job from now on, and for one notice that any of these lists has changed; the next call asks
/// for the next notice.
Call<void> watchEverything(Topics lists);
Call<void> cancel(const JobKey& job);
Call<void> hold(const JobKey& job, bool on);
Call<void> retry(const JobKey& job);
Call<ShellAnswer> shell(const std::vector<std::string>& words, const std::vector<std::string>& before = {});
/// The words of the shell's `run -f` (jobs.md §8).
std::vector<std::string> wordsToRunNow(const JobKey& job);
Call<SchedulerView> overview();
Call<std::vector<TaskRow>> tasks();
Call<std::uint32_t> stop(const std::string& package);
Call<std::vector<AppView>> apps();
Call<void> setBatteryUse(const std::string& package, const std::string& use);
Call<void> setDevice(const std::map<std::string, std::string>& changes);
Call<void> resetDevice(const std::vector<std::string>& keys);
Call<wire::DozeView> doze();
Call<Quotas> quota(const std::string& package);
/// The alarms after the last of `before`.
Call<Page<AlarmView>> alarms(const std::optional<std::string>& package, const std::vector<AlarmView>& before);

inline auto device() { return list<wire::DeviceRow>(wire::deviceInterface, "Get"); }
inline auto networks() { return list<wire::NetworkRow>(wire::deviceInterface, "Networks"); }
/// The daemon's counters since it started.
inline auto meters() { return list<MeterRow>(wire::taskManagerInterface, "Meters"); }
/// Each kind of work, and which state of the device holds it back (limits.md §1.1).
inline auto deviceLimits() { return list<DeviceLimitView>(wire::limitsInterface, "ListDeviceLimits"); }

} // namespace calls

/// The daemon answers a turn later, after one fsync; a busy disk takes its time.
inline constexpr Duration patience = 30s;

/// Blocks until the daemon answers. `write` writes the arguments, `options` the trailing options.
inline Result<wire::Message> ask(sd_bus* bus, const char* interface, const char* member,
                                 const std::function<void(wire::Writer&)>& write,
                                 const std::function<void(wire::DictionaryWriter&)>& options = noOptions) {
    wire::Message message = STINT_TRY(messageOf(bus, Call<void>{interface, member, nullptr, write, options}));
    return wire::call(bus, std::move(message), patience);
}

/// Likewise, and reads the answer.
template <class Answer> Result<Answer> answerOf(sd_bus* bus, const Call<Answer>& asked) {
    wire::Message message = STINT_TRY(messageOf(bus, asked));
    const auto answer = STINT_TRY(wire::call(bus, std::move(message), patience));
    wire::Reader reader(answer);
    return asked.read(reader);
}

} // namespace stint::cli
