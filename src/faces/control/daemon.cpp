#include "faces/control/daemon.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

#include <poll.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "faces/control/calls.hpp"
#include "faces/control/servers.hpp"
#include "link/wire/codec.hpp"
#include "link/wire/errors.hpp"
#include "link/wire/fields.hpp"
#include "link/wire/names.hpp"

namespace stint::cli {
namespace {

using wire::DictionaryWriter;
using wire::Message;
using wire::Reader;
using wire::Writer;

constexpr Duration greeting = 2s; ///< longer than a daemon's turn
constexpr int mostStarts = 3;     ///< each may find a daemon that is just ending

void writeKey(Writer& writer, const JobKey& job) { writer.string(job.app.name).string(job.space).int32(job.id.value); }

/// The limit for a job's bytes(), which do not count its containers: with them it is less than twice that.
constexpr std::size_t mostWritten = wire::mostMessageBytes / 2;

/// Asks for a new number for each job of a built-in app, and for the reason where the job is refused.
void askForNew(DictionaryWriter& options, const AppId& app) {
    options.put("newId", true);
    options.put("refusalIsError", true);
    options.put("as", app.name);
}

/// The error without "job N of the list: ": no person has typed that list.
Error withoutPlace(Error error) {
    constexpr std::string_view begin = "job ", end = " of the list: ";
    const std::size_t found = error.message.find(end);
    if (error.message.starts_with(begin) && found != std::string::npos) error.message.erase(0, found + end.size());
    return error;
}

bool isNews(const Message& message) {
    return message.interface() == wire::taskManagerInterface &&
           (message.member() == "JobChanged" || message.member() == "AppExited" || message.member() == "Changed");
}

Result<News> readNews(const Message& message) {
    Reader reader(message);
    if (message.member() == "JobChanged") {
        JobView job = STINT_TRY(wire::readRow<JobView>(reader));
        return News(std::move(job));
    }
    if (message.member() == "Changed") {
        const auto names = STINT_TRY(reader.strings());
        return News(ListsChanged{topicsNamed(names)});
    }
    AppExited exited;
    exited.pid = STINT_TRY(reader.uint32());
    exited.exitCode = STINT_TRY(reader.int32());
    return News(exited);
}

// A daemon that is ending still has its socket, and callers waiting at it: it answers none of them.
Result<wire::Bus> greeted() {
    auto bus = STINT_TRY(wire::connectToDaemon());
    STINT_TRY(wire::awaitGreeting(bus.get(), greeting));
    return bus;
}

Result<wire::Bus> greetedOrStarted(const Screen& screen) {
    auto found = greeted();
    for (int tries = 0; tries < mostStarts; ++tries) {
        if (found.ok() || found.error().code != Errc::UNAVAILABLE) return found;
        if (!mayStartDaemon())
            return fail(Errc::UNAVAILABLE, "{} (STINT_AUTOSTART=no keeps this command from it)", found.error().message);
        STINT_TRY(startDaemon(screen));
        found = greeted();
    }
    return found;
}

} // namespace

Result<Daemon> Daemon::connectIfThere() {
    wire::Bus bus = STINT_TRY(greeted());
    return Daemon(std::move(bus), greeted);
}

Result<Daemon> Daemon::connect(const Screen& screen) {
    wire::Bus bus = STINT_TRY(greetedOrStarted(screen));
    return Daemon(std::move(bus), [screen] { return greetedOrStarted(screen); });
}

Result<Daemon> Daemon::over(Fd socket) {
    wire::Bus bus = STINT_TRY(wire::clientOver(std::move(socket)));
    return Daemon(std::move(bus));
}

Result<JobId> Daemon::scheduleNew(const JobInfo& job, const AppId& app, const StartTerms& terms) {
    auto answer = STINT_TRY(ask(
        bus_.get(), wire::jobSchedulerInterface, "Schedule",
        [&](Writer& writer) {
            wire::writeJob(writer, job, wire::ClipFiles::Included, wire::Unsaid::LeftOut);
            writer.string(""); // the root namespace
        },
        [&](DictionaryWriter& options) {
            askForNew(options, app);
            if (terms != StartTerms{})
                options.put("terms", "a{sv}", [&](Writer& value) { wire::writeRow(value, terms); });
        }));
    Reader reader(answer);
    // 0 comes from a daemon that does not know refusalIsError.
    const std::int32_t result = STINT_TRY(reader.int32());
    if (result == 0) return fail(Errc::REFUSED, "no reason is given");
    const JobId id(STINT_TRY(reader.int32()));
    return id;
}

Result<std::vector<JobId>> Daemon::scheduleAll(const std::vector<JobOfList>& jobs, const AppId& app) {
    if (jobs.size() == 1) {
        const JobId id = STINT_TRY(scheduleNew(jobs.front().info, app, jobs.front().terms));
        return std::vector{id};
    }
    const auto answer = ask(
        bus_.get(), wire::jobSchedulerInterface, "ScheduleAll",
        [&](Writer& writer) {
            wire::writeJobs(writer, jobs, wire::ClipFiles::Included);
            writer.string(""); // the root namespace
        },
        [&](DictionaryWriter& options) { askForNew(options, app); });
    if (!answer.ok()) return withoutPlace(answer.error());
    Reader reader(*answer);
    const std::int32_t result = STINT_TRY(reader.int32());
    if (result == 0) return fail(Errc::REFUSED, "no reason is given");
    std::vector<JobId> ids;
    STINT_TRY(reader.array("i", [&ids](Reader& each) { return each.read(ids.emplace_back().value); }));
    if (ids.size() == jobs.size()) return ids;
    return fail(Errc::SYSTEM, "{} jobs were asked for, and stintd tells of {}", jobs.size(), ids.size());
}

Result<std::size_t> Daemon::fitting(std::span<const JobOfList> jobs) const {
    const Message scratch = STINT_TRY(wire::newCall(bus_.get(), wire::jobSchedulerInterface, "ScheduleAll"));
    Writer writer(scratch);
    std::size_t count = 0;
    while (count < std::min(jobs.size(), wire::mostScheduledTogether)) {
        wire::writeJobs(writer, jobs.subspan(count, 1), wire::ClipFiles::LeftOut);
        if (count > 0 && writer.bytes() > mostWritten) break;
        ++count;
    }
    STINT_TRY(writer.done());
    return count;
}

Result<void> Daemon::cancel(const JobKey& job) { return answerOf(bus_.get(), calls::cancel(job)); }

Result<void> Daemon::hold(const JobKey& job, bool on) { return answerOf(bus_.get(), calls::hold(job, on)); }

Result<void> Daemon::edit(const JobKey& job, const std::vector<Condition>& conditions) {
    STINT_TRY(ask(bus_.get(), wire::taskManagerInterface, "Edit", [&](Writer& writer) {
        writeKey(writer, job);
        wire::writeRows(writer, conditions);
    }));
    return {};
}

Result<void> Daemon::retry(const JobKey& job) { return answerOf(bus_.get(), calls::retry(job)); }

Result<std::vector<JobView>> Daemon::jobs(const std::optional<std::string>& package, bool finished) {
    std::vector<JobView> all;
    for (bool more = true; more;) {
        auto next = STINT_TRY(told(calls::jobs(package, finished, all)));
        more = next.more;
        std::ranges::move(next.rows, std::back_inserter(all));
    }
    return all;
}

Result<Explanation> Daemon::explain(const JobKey& job) { return told(calls::explain(job)); }

Result<std::vector<HistoryEntry>> Daemon::history(const JobKey& job) { return told(calls::history(job)); }

Result<Forecast> Daemon::whatIf(const JobKey& job, const std::map<std::string, std::string>& changes) {
    return told(calls::whatIf(job, changes));
}

Result<std::vector<PastRun>> Daemon::log(const JobKey& job) { return told(calls::log(job)); }

Result<DayPage> Daemon::day(WallTime from, WallTime to) {
    DayPage all;
    do {
        auto page = STINT_TRY(told(calls::day({from, to, all.after})));
        all.append(std::move(page));
    } while (!all.after.empty());
    return all;
}

Result<std::vector<WorkItem>> Daemon::work(const JobKey& job, std::size_t most) {
    std::vector<WorkItem> all;
    for (bool more = true; more && all.size() < most;) {
        auto page = STINT_TRY(told(calls::work(job, all)));
        more = page.more;
        std::ranges::move(page.rows, std::back_inserter(all));
    }
    return all;
}

Result<SchedulerView> Daemon::overview() { return told(calls::overview()); }

Result<ShellAnswer> Daemon::shell(const std::vector<std::string>& words, const std::vector<std::string>& before) {
    const auto call = calls::shell(words, before);
    const bool gets = !words.empty() && words.front().starts_with("get");
    return gets ? told(call) : answerOf(bus_.get(), call);
}

Result<JobView> Daemon::watch(const JobKey& job) {
    auto seen = told(calls::watch(job));
    watches_ = watches_ || seen.ok();
    return seen;
}

Result<void> Daemon::watchEverything(Topics lists) {
    watches_ = true;
    return answerOf(bus_.get(), calls::watchEverything(lists));
}

Result<ShellAnswer> Daemon::runNow(const JobKey& job) { return shell(calls::wordsToRunNow(job)); }

Result<std::vector<TaskRow>> Daemon::tasks() { return told(calls::tasks()); }

Result<std::uint32_t> Daemon::stop(const std::string& package) { return answerOf(bus_.get(), calls::stop(package)); }

Result<std::uint32_t> Daemon::startApp(const std::string& package, const std::vector<std::string>& arguments,
                                       const std::string& directory) {
    auto answer = STINT_TRY(ask(
        bus_.get(), wire::taskManagerInterface, "StartApp",
        [&](Writer& writer) {
            writer.string(package).strings(arguments).openArray("h");
            for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
                writer.descriptor(descriptor);
            writer.close();
        },
        [&](DictionaryWriter& options) { options.put("directory", directory); }));
    Reader reader(answer);
    return reader.uint32();
}

Result<std::vector<std::string>> Daemon::openApp(const std::string& package) {
    auto answer = STINT_TRY(
        ask(bus_.get(), wire::taskManagerInterface, "OpenApp", [&](Writer& writer) { writer.string(package); }));
    Reader reader(answer);
    return reader.strings();
}

Result<std::vector<AppView>> Daemon::apps() { return told(calls::apps()); }

Result<void> Daemon::setAppState(const std::string& package, const std::string& state) {
    STINT_TRY(ask(bus_.get(), wire::taskManagerInterface, "SetApp", [&](Writer& writer) {
        writer.string(package);
        DictionaryWriter(writer).put("state", state);
    }));
    return {};
}

Result<void> Daemon::setRevoked(const std::string& package, const std::vector<std::string>& permissions) {
    STINT_TRY(ask(bus_.get(), wire::taskManagerInterface, "SetApp", [&](Writer& writer) {
        writer.string(package);
        DictionaryWriter(writer).put("revoked", permissions);
    }));
    return {};
}

Result<void> Daemon::setDevice(const std::map<std::string, std::string>& changes) {
    return answerOf(bus_.get(), calls::setDevice(changes));
}

Result<void> Daemon::resetDevice(const std::vector<std::string>& keys) {
    return answerOf(bus_.get(), calls::resetDevice(keys));
}

Result<void> Daemon::markNetwork(const std::string& network, const std::string& word) {
    STINT_TRY(ask(bus_.get(), wire::deviceInterface, "MarkNetwork",
                  [&](Writer& writer) { writer.string(network).string(word); }));
    return {};
}

Result<void> Daemon::record(bool on) {
    STINT_TRY(ask(bus_.get(), wire::taskManagerInterface, "Record", [&](Writer& writer) { writer.boolean(on); }));
    return {};
}

int Daemon::fd() const { return sd_bus_get_fd(bus_.get()); }

short Daemon::events() const {
    int events = sd_bus_get_events(bus_.get());
    return events < 0 ? POLLIN : static_cast<short>(events);
}

std::optional<Duration> Daemon::timeout() const {
    if (sd_bus_is_open(bus_.get()) <= 0) return Duration{0}; // there is no descriptor any more; takeNews() reports it
    std::uint64_t due = 0;                                   // microseconds of CLOCK_MONOTONIC
    if (sd_bus_get_timeout(bus_.get(), &due) < 0 || due == UINT64_MAX) return std::nullopt;
    auto now =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch());
    auto left = std::chrono::microseconds(due) - now;
    return std::max(Duration{0}, std::chrono::ceil<Duration>(left));
}

Result<std::vector<News>> Daemon::takeNews() {
    std::vector<News> news;
    for (;;) {
        sd_bus_message* raw = nullptr;
        int handled = sd_bus_process(bus_.get(), &raw);
        if (handled < 0) {
            // Returns the news that came before the end; the next call finds the end again.
            if (!news.empty()) return news;
            return wire::errorFromErrno(-handled);
        }
        if (handled == 0) break;
        if (!raw) continue;
        auto message = Message::owning(raw);
        if (isNews(message)) {
            News one = STINT_TRY(readNews(message));
            news.push_back(std::move(one));
        }
    }
    if (news.empty() && sd_bus_is_open(bus_.get()) <= 0) return fail(Errc::UNAVAILABLE, "stintd is gone");
    return news;
}

// org.stint.Limits1 and org.stint.AlarmManager1: the operator's calls.

namespace {

/// Calls a method of Limits1 that answers nothing.
Result<void> tell(sd_bus* bus, const char* member, const std::function<void(Writer&)>& write) {
    STINT_TRY(ask(bus, wire::limitsInterface, member, write));
    return {};
}

/// Calls a method of Limits1 that answers Doze's state.
Result<wire::DozeView> askDoze(sd_bus* bus, const char* member, const std::function<void(Writer&)>& write) {
    auto answer = STINT_TRY(ask(bus, wire::limitsInterface, member, write));
    Reader reader(answer);
    return wire::readRow<wire::DozeView>(reader);
}

} // namespace

Result<void> Daemon::setStandbyBucket(const std::string& package, const std::string& bucket) {
    return tell(bus_.get(), "SetStandbyBucket", [&](Writer& writer) { writer.string(package).string(bucket); });
}

Result<void> Daemon::predictBucket(const std::string& package, const std::string& bucket) {
    return tell(bus_.get(), "PredictBucket", [&](Writer& writer) { writer.string(package).string(bucket); });
}

Result<void> Daemon::reportUsage(const std::string& package, const std::string& kind) {
    return tell(bus_.get(), "ReportUsage", [&](Writer& writer) { writer.string(package).string(kind); });
}

Result<void> Daemon::setBatteryUse(const std::string& package, const std::string& use) {
    return answerOf(bus_.get(), calls::setBatteryUse(package, use));
}

Result<void> Daemon::setDataSaverExempt(const std::string& package, bool exempt) {
    return tell(bus_.get(), "SetDataSaverExempt", [&](Writer& writer) { writer.string(package).boolean(exempt); });
}

Result<void> Daemon::allowTemporarily(const std::string& package, Duration length) {
    return tell(bus_.get(), "TempAllowlist", [&](Writer& writer) { writer.string(package).int64(length.count()); });
}

Result<void> Daemon::push(const std::string& package, bool high, const std::string& data, const std::string& receiver) {
    STINT_TRY(ask(
        bus_.get(), wire::limitsInterface, "Push",
        [&](Writer& writer) { writer.string(package).boolean(high).string(data); },
        [&](DictionaryWriter& options) {
            if (!receiver.empty()) options.put("receiver", receiver);
        }));
    return {};
}

Result<Quotas> Daemon::quota(const std::string& package) { return told(calls::quota(package)); }

Result<wire::DozeView> Daemon::doze() { return told(calls::doze()); }

Result<wire::DozeView> Daemon::stepDoze(const std::string& machine) {
    return askDoze(bus_.get(), "StepDoze", [&](Writer& writer) { writer.string(machine); });
}

Result<wire::DozeView> Daemon::forceDoze(const std::string& state) {
    return askDoze(bus_.get(), "ForceDoze", [&](Writer& writer) { writer.string(state); });
}

Result<std::vector<AlarmView>> Daemon::alarms(const std::optional<std::string>& package) {
    std::vector<AlarmView> all;
    for (bool more = true; more;) {
        auto page = STINT_TRY(told(calls::alarms(package, all)));
        more = page.more;
        std::ranges::move(page.rows, std::back_inserter(all));
    }
    return all;
}

} // namespace stint::cli
