#include "cli/daemon/daemon.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

#include <poll.h>
#include <unistd.h>

#include "base/fail.hpp"
#include "base/try.hpp"
#include "cli/daemon/ask.hpp"
#include "cli/daemon/start_daemon.hpp"
#include "wire/codec.hpp"
#include "wire/errors.hpp"
#include "wire/fields.hpp"
#include "wire/names.hpp"

namespace stint::cli {
namespace {

using wire::DictionaryWriter;
using wire::Message;
using wire::Reader;
using wire::Writer;

void writeKey(Writer& writer, const JobKey& job) { writer.string(job.app.name).string(job.space).int32(job.id.value); }

void writeWords(Writer& writer, const std::map<std::string, std::string>& words) {
    writer.openArray("{ss}");
    for (const auto& [key, value] : words)
        writer.openEntry("ss").string(key).string(value).close();
    writer.close();
}

bool isNews(const Message& message) {
    return message.interface() == wire::taskManagerInterface &&
           (message.member() == "JobChanged" || message.member() == "AppExited" || message.member() == "Changed");
}

Result<News> readNews(const Message& message) {
    Reader reader(message);
    if (message.member() == "JobChanged") return News(STINT_TRY(wire::readJobView(reader)));
    if (message.member() == "Changed") {
        ListsChanged changed;
        for (const std::string& name : STINT_TRY(reader.strings()))
            if (const auto topic = topicNamed(name)) changed.topics |= *topic;
        return News(changed);
    }
    AppExited exited;
    exited.pid = STINT_TRY(reader.uint32());
    exited.exitCode = STINT_TRY(reader.int32());
    return News(exited);
}

} // namespace

Result<Daemon> Daemon::connectIfThere() { return Daemon(STINT_TRY(wire::connectToDaemon())); }

Result<Daemon> Daemon::connect(const Screen& screen) {
    auto found = connectIfThere();
    if (found.ok() || found.error().code != Errc::UNAVAILABLE) return found;
    if (!mayStartDaemon())
        return fail(Errc::UNAVAILABLE, "{} (STINT_AUTOSTART=no keeps this command from it)", found.error().message);
    STINT_TRY(startDaemon(screen));
    return connectIfThere();
}

Result<Daemon> Daemon::over(Fd socket) { return Daemon(STINT_TRY(wire::clientOver(std::move(socket)))); }

Result<JobId> Daemon::scheduleNew(const JobInfo& job, const AppId& app, const StartTerms& terms) {
    auto answer = STINT_TRY(ask(
        bus_.get(), wire::jobSchedulerInterface, "Schedule",
        [&](Writer& writer) {
            wire::writeJob(writer, job, wire::ClipFiles::Included);
            writer.string(""); // the root namespace
        },
        [&](DictionaryWriter& options) {
            options.put("newId", true);
            options.put("refusalIsError", true);
            options.put("as", app.name);
            if (terms != StartTerms{})
                options.put("terms", "a{sv}", [&](Writer& value) { wire::writeRow(value, terms); });
        }));
    Reader reader(answer);
    // 0 of one that knows no refusalIsError.
    if (STINT_TRY(reader.int32()) == 0) return fail(Errc::REFUSED, "no reason is given");
    return JobId(STINT_TRY(reader.int32()));
}

Result<void> Daemon::cancel(const JobKey& job) {
    STINT_TRY(ask(
        bus_.get(), wire::jobSchedulerInterface, "Cancel",
        [&](Writer& writer) { writer.int32(job.id.value).string(job.space); },
        [&](DictionaryWriter& options) { options.put("as", job.app.name); }));
    return {};
}

Result<void> Daemon::hold(const JobKey& job, bool on) {
    STINT_TRY(ask(bus_.get(), wire::taskManagerInterface, "Hold", [&](Writer& writer) {
        writeKey(writer, job);
        writer.boolean(on);
    }));
    return {};
}

Result<void> Daemon::edit(const JobKey& job, const std::vector<Condition>& conditions) {
    STINT_TRY(ask(bus_.get(), wire::taskManagerInterface, "Edit", [&](Writer& writer) {
        writeKey(writer, job);
        wire::writeRows(writer, conditions);
    }));
    return {};
}

Result<void> Daemon::retry(const JobKey& job) {
    STINT_TRY(ask(bus_.get(), wire::taskManagerInterface, "Retry", [&](Writer& writer) { writeKey(writer, job); }));
    return {};
}

struct Daemon::Page {
    std::vector<JobView> jobs;
    bool more = false;
};

/// The next page begins after the last tracked job of `before`, or skips as many finished ones.
Result<Daemon::Page> Daemon::page(const std::optional<std::string>& package, bool finished,
                                  const std::vector<JobView>& before) {
    auto answer =
        STINT_TRY(ask(bus_.get(), wire::taskManagerInterface, "ListJobs", nothing, [&](DictionaryWriter& options) {
            if (package) options.put("package", *package);
            if (finished) options.put("finished", true);
            if (before.empty()) return;
            if (finished) return options.put("skip", static_cast<std::int32_t>(before.size()));
            const JobKey& last = before.back().key;
            options.put("afterPackage", last.app.name);
            options.put("afterNamespace", last.space);
            options.put("afterId", last.id.value);
        }));
    Reader reader(answer);
    Page made;
    made.jobs = STINT_TRY(wire::readList(reader, wire::readJobView));
    made.more = STINT_TRY(reader.boolean());
    return made;
}

Result<std::vector<JobView>> Daemon::jobs(const std::optional<std::string>& package, bool finished) {
    std::vector<JobView> all;
    for (bool more = true; more;) {
        auto next = STINT_TRY(page(package, finished, all));
        more = next.more && !next.jobs.empty();
        for (auto& job : next.jobs)
            all.push_back(std::move(job));
    }
    return all;
}

Result<Explanation> Daemon::explain(const JobKey& job) {
    auto answer = STINT_TRY(
        ask(bus_.get(), wire::taskManagerInterface, "Explain", [&](Writer& writer) { writeKey(writer, job); }));
    Reader reader(answer);
    Explanation made;
    made.job = STINT_TRY(wire::readJobView(reader));
    made.blockers = STINT_TRY(wire::readRows<Blocker>(reader));
    return made;
}

Result<std::vector<HistoryEntry>> Daemon::history(const JobKey& job) {
    auto answer = STINT_TRY(
        ask(bus_.get(), wire::taskManagerInterface, "History", [&](Writer& writer) { writeKey(writer, job); }));
    Reader reader(answer);
    return wire::readRows<HistoryEntry>(reader);
}

Result<Forecast> Daemon::whatIf(const JobKey& job, const std::map<std::string, std::string>& changes) {
    auto answer = STINT_TRY(ask(bus_.get(), wire::taskManagerInterface, "WhatIf", [&](Writer& writer) {
        writeKey(writer, job);
        writeWords(writer, changes);
    }));
    Reader reader(answer);
    return wire::readRow<Forecast>(reader);
}

Result<std::vector<PastRun>> Daemon::log(const JobKey& job) {
    auto answer =
        STINT_TRY(ask(bus_.get(), wire::taskManagerInterface, "Log", [&](Writer& writer) { writeKey(writer, job); }));
    Reader reader(answer);
    return wire::readRows<PastRun>(reader);
}

Result<DayPage> Daemon::day(WallTime from, WallTime to) {
    DayPage all;
    do {
        auto answer = STINT_TRY(ask(
            bus_.get(), wire::taskManagerInterface, "Day",
            [&](Writer& writer) { writer.int64(from.time_since_epoch().count()).int64(to.time_since_epoch().count()); },
            [&](DictionaryWriter& options) {
                if (!all.after.empty()) options.put("after", all.after);
            }));
        Reader reader(answer);
        std::ranges::move(STINT_TRY(wire::readRows<DayRun>(reader)), std::back_inserter(all.runs));
        std::ranges::move(STINT_TRY(wire::readRows<DeviceChange>(reader)), std::back_inserter(all.device));
        all.after = STINT_TRY(reader.string());
    } while (!all.after.empty());
    return all;
}

Result<std::vector<WorkItem>> Daemon::work(const JobKey& job, std::size_t most) {
    std::vector<WorkItem> all;
    for (bool more = true; more && all.size() < most;) {
        auto answer = STINT_TRY(ask(
            bus_.get(), wire::taskManagerInterface, "ListWork", [&](Writer& writer) { writeKey(writer, job); },
            [&](DictionaryWriter& options) {
                if (!all.empty()) options.put("after", all.back().id);
            }));
        Reader reader(answer);
        auto page = STINT_TRY(wire::readList(reader, wire::readWork));
        more = STINT_TRY(reader.boolean()) && !page.empty();
        std::ranges::move(page, std::back_inserter(all));
    }
    return all;
}

Result<SchedulerView> Daemon::overview() {
    auto answer = STINT_TRY(ask(bus_.get(), wire::taskManagerInterface, "Overview", nothing));
    Reader reader(answer);
    return wire::readSchedulerView(reader);
}

Result<ShellAnswer> Daemon::shell(const std::vector<std::string>& words, const std::vector<std::string>& before) {
    auto answer = STINT_TRY(ask(
        bus_.get(), wire::taskManagerInterface, "Shell", [&](Writer& writer) { writer.strings(words); },
        [&](DictionaryWriter& options) {
            if (!before.empty()) options.put("before", before);
        }));
    Reader reader(answer);
    ShellAnswer made;
    made.code = STINT_TRY(reader.int32());
    made.out = STINT_TRY(reader.string());
    made.err = STINT_TRY(reader.string());
    return made;
}

Result<JobView> Daemon::watch(const JobKey& job) {
    auto answer =
        STINT_TRY(ask(bus_.get(), wire::taskManagerInterface, "Watch", [&](Writer& writer) { writeKey(writer, job); }));
    Reader reader(answer);
    return wire::readJobView(reader);
}

Result<void> Daemon::watchEverything() {
    STINT_TRY(ask(
        bus_.get(), wire::taskManagerInterface, "Watch", [&](Writer& writer) { writeKey(writer, {}); },
        [](DictionaryWriter& options) { options.put("everything", true); }));
    return {};
}

Result<std::vector<TaskRow>> Daemon::tasks() {
    auto answer = STINT_TRY(ask(bus_.get(), wire::taskManagerInterface, "ListTasks", nothing));
    Reader reader(answer);
    return wire::readList(reader, wire::readTaskRow);
}

Result<std::uint32_t> Daemon::stop(const std::string& package) {
    auto answer =
        STINT_TRY(ask(bus_.get(), wire::taskManagerInterface, "Stop", [&](Writer& writer) { writer.string(package); }));
    Reader reader(answer);
    return reader.uint32();
}

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

Result<std::vector<AppView>> Daemon::apps() {
    auto answer = STINT_TRY(ask(bus_.get(), wire::taskManagerInterface, "ListApps", nothing));
    Reader reader(answer);
    return wire::readList(reader, wire::readAppView);
}

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
    STINT_TRY(ask(bus_.get(), wire::deviceInterface, "Set", [&](Writer& writer) { writeWords(writer, changes); }));
    return {};
}

Result<void> Daemon::resetDevice(const std::vector<std::string>& keys) {
    STINT_TRY(ask(bus_.get(), wire::deviceInterface, "Reset", [&](Writer& writer) { writer.strings(keys); }));
    return {};
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
    if (sd_bus_is_open(bus_.get()) <= 0) return Duration{0}; // it has no descriptor any more; takeNews() reports it
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
        if (isNews(message)) news.push_back(STINT_TRY(readNews(message)));
    }
    if (news.empty() && sd_bus_is_open(bus_.get()) <= 0) return fail(Errc::UNAVAILABLE, "stintd is gone");
    return news;
}

} // namespace stint::cli
