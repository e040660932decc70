#include "faces/control/daemon.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <poll.h>

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

/// The limit for a job's bytes(), which do not count its containers: with them it is less than twice that.
constexpr std::size_t mostWritten = wire::mostMessageBytes / 2;

/// Asks for a new number for each job of a built-in app that has none, and for the reason where the job is refused.
void askFor(DictionaryWriter& options, const AppId& app, bool newId) {
    options.put("newId", newId);
    options.put("refusalIsError", true);
    options.put("as", app.name);
}

// 0 comes from a daemon that does not know refusalIsError.
Result<void> readAccepted(Reader& reader) {
    const std::int32_t result = STINT_TRY(reader.int32());
    if (result == 0) return fail(Errc::REFUSED, "no reason is given");
    return {};
}

Result<JobId> readNewId(Reader& reader) {
    STINT_TRY(readAccepted(reader));
    const JobId id(STINT_TRY(reader.int32()));
    return id;
}

Result<std::vector<JobId>> readNewIds(Reader& reader) {
    STINT_TRY(readAccepted(reader));
    std::vector<JobId> ids;
    STINT_TRY(reader.array("i", [&ids](Reader& each) { return each.read(ids.emplace_back().value); }));
    return ids;
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

template <class Row, class PageAfter>
Result<std::vector<Row>> allPages(Daemon& daemon, PageAfter pageAfter, std::size_t most = SIZE_MAX) {
    std::vector<Row> all;
    for (bool more = true; more && all.size() < most;) {
        auto page = STINT_TRY(daemon.ask(pageAfter(all)));
        more = page.more;
        std::ranges::move(page.rows, std::back_inserter(all));
    }
    return all;
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

Result<JobId> Daemon::schedule(const JobInfo& job, const AppId& app, const StartTerms& terms,
                               const std::string& space) {
    return ask(Call<JobId>{wire::jobSchedulerInterface, "Schedule", readNewId,
                           [&](Writer& writer) {
                               wire::writeJob(writer, job, wire::ClipFiles::Included, wire::Absent::LeftOut);
                               writer.string(space);
                           },
                           [&](DictionaryWriter& options) {
                               askFor(options, app, job.getId() == JobId{0});
                               if (terms != StartTerms{})
                                   options.put("terms", "a{sv}", [&](Writer& value) { wire::writeRow(value, terms); });
                           }});
}

Result<std::vector<JobId>> Daemon::scheduleAll(std::span<const JobOfList> jobs, const AppId& app) {
    if (jobs.size() == 1) {
        const JobId id = STINT_TRY(schedule(jobs.front().info, app, jobs.front().terms));
        return std::vector{id};
    }
    auto ids = ask(Call<std::vector<JobId>>{wire::jobSchedulerInterface, "ScheduleAll", readNewIds,
                                            [&](Writer& writer) {
                                                wire::writeJobs(writer, jobs, wire::ClipFiles::Included);
                                                writer.string(""); // the root namespace
                                            },
                                            [&](DictionaryWriter& options) { askFor(options, app, true); }});
    if (!ids.ok()) return withoutPlace(ids.error());
    if (ids->size() == jobs.size()) return ids;
    return fail(Errc::SYSTEM, "stintd accepted {1} of {0} jobs", jobs.size(), ids->size());
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

Result<std::vector<JobView>> Daemon::jobs(const std::optional<std::string>& package, bool finished) {
    return allPages<JobView>(*this, [&](const auto& before) { return calls::jobs(package, finished, before); });
}

Result<std::vector<WorkItem>> Daemon::work(const JobKey& job, std::size_t most) {
    return allPages<WorkItem>(
        *this, [&](const auto& before) { return calls::work(job, before); }, most);
}

Result<std::vector<AlarmView>> Daemon::alarms(const std::optional<std::string>& package) {
    return allPages<AlarmView>(*this, [&](const auto& before) { return calls::alarms(package, before); });
}

Result<std::vector<MessageView>> Daemon::messages(const std::optional<std::string>& package) {
    return allPages<MessageView>(*this, [&](const auto& before) { return calls::messages(package, before); });
}

Result<DayPage> Daemon::day(WallTime from, WallTime to) {
    DayPage all;
    do {
        auto page = STINT_TRY(ask(calls::day({from, to, all.after})));
        all.append(std::move(page));
    } while (!all.after.empty());
    return all;
}

Result<std::vector<MessageStory>> Daemon::messageLog(const std::string& package, WallTime since) {
    std::vector<MessageStory> all;
    std::string after;
    do {
        auto page = STINT_TRY(ask(calls::messageLog({package, since, after})));
        std::ranges::move(page.messages, std::back_inserter(all));
        after = std::move(page.after);
    } while (!after.empty());
    // Those of one batch came at the same time; pages have what is over backwards.
    std::ranges::sort(all, {}, [](const MessageStory& story) { return std::pair{story.came, story.number}; });
    return all;
}

Result<ShellAnswer> Daemon::shell(const std::vector<std::string>& words, const std::vector<std::string>& before) {
    const auto call = calls::shell(words, before);
    const bool gets = !words.empty() && words.front().starts_with("get");
    return gets ? ask(Question<ShellAnswer>{call}) : ask(call);
}

Result<JobView> Daemon::watch(const JobKey& job) {
    auto seen = ask(calls::watch(job));
    watches_ = watches_ || seen.ok();
    return seen;
}

Result<void> Daemon::watchEverything(Topics lists) {
    watches_ = true;
    return ask(calls::watchEverything(lists));
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

} // namespace stint::cli
