#include "faces/taskmanager/board.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "base/time/clock.hpp"
#include "faces/taskmanager/topic_json.hpp"
#include "link/wire/fields.hpp"

namespace stint::taskmanager {
namespace {

// µs of the loop's clock.
constexpr std::uint64_t betweenJobs = 250'000, betweenTopics = 1'000'000, betweenBreaths = 15'000'000;
/// A thousand jobs take a while to list: listing takes about a tenth of the time, with pauses of two seconds at most.
constexpr std::uint64_t listingShare = 9, mostBetween = 2'000'000;

/// The clock itself, not the loop's time, which stands still while the sockets have their turn.
std::uint64_t now() { return static_cast<std::uint64_t>(steadyNow() / std::chrono::microseconds(1)); }

EventSource timerOf(sd_event* loop, sd_event_time_handler_t handler, void* self) {
    sd_event_source* made = nullptr;
    sd_event_add_time(loop, &made, CLOCK_MONOTONIC, 0, 1000, handler, self);
    sd_event_source_set_enabled(made, SD_EVENT_OFF);
    return EventSource(made);
}

void set(const EventSource& timer, std::uint64_t when) {
    sd_event_source_set_time(timer.get(), when);
    sd_event_source_set_enabled(timer.get(), SD_EVENT_ONESHOT);
}

} // namespace

Board::Board(sd_event* loop, DaemonLine& line, std::vector<Own> own)
    : loop_(sd_event_ref(loop)), line_(line),
      broadcast_([this] { return everything(); }), lists_{List{Topic::Finished, "finished", &Board::fetchFinished},
                                                          List{Topic::Tasks, "tasks", &Board::fetchTasks},
                                                          List{Topic::Apps, "apps", &Board::fetchApps},
                                                          List{Topic::Device, "device", &Board::fetchDevice},
                                                          List{Topic::Alarms, "alarms", &Board::fetchAlarms},
                                                          List{Topic::Messages, "messages", &Board::fetchMessages}},
      timer_(timerOf(loop, due, this)), breath_(timerOf(loop, breathe, this)) {
    for (Own& one : own)
        lists_.push_back({std::nullopt, one.name,
                          [data = std::move(one.data)](Board&, const Fetched& fetched) { fetched(data()); }});
}

Board::~Board() {
    timer_.reset();
    breath_.reset();
    sd_event_unref(loop_);
}

void Board::follow(bool on) {
    if (on == followed_) return;
    followed_ = on;
    ++life_;
    asks_ = false;
    mirror_ = emptyMirror();
    daemon_ = Daemon::Asking;
    broadcast_.sendEverything(); // a browser that comes back has missed what nobody saw
    if (!on) {
        sd_event_source_set_enabled(timer_.get(), SD_EVENT_OFF);
        sd_event_source_set_enabled(breath_.get(), SD_EVENT_OFF);
        return;
    }
    set(breath_, now() + betweenBreaths);
    if (line_.isConnected())
        load();
    else if (!line_.whyNot().empty())
        lost(line_.whyNot());
}

std::vector<entrance::TopicText> Board::everything() const {
    if (daemon_ == Daemon::Asking) return {};
    const bool isUp = daemon_ == Daemon::Up;
    std::vector<entrance::TopicText> all{{"hello", helloJson(isUp)}};
    if (isUp) {
        std::vector<std::string> jobs;
        jobs.reserve(mirror_.jobs().size());
        for (const auto& [key, job] : mirror_.jobs())
            jobs.push_back(jobJson(job));
        all.emplace_back("jobs", jobsJson(true, jobs, {}));
        for (const List& list : lists_)
            all.emplace_back(list.name, list.data);
    }
    all.emplace_back("daemon", daemonJson(isUp, says_));
    return all;
}

void Board::connected() {
    if (followed_) load();
}

void Board::lost(const std::string& why) {
    ++life_;
    asks_ = false;
    says_ = why;
    if (!followed_ || daemon_ == Daemon::Down) return;
    const bool wasKnown = std::exchange(daemon_, Daemon::Down) != Daemon::Asking;
    // A browser that has the jobs keeps them on its screen, with a note of how old they are.
    if (wasKnown) broadcast_.send("daemon", daemonJson(false, why));
    broadcast_.everythingIsKnown();
}

/// A daemon that is silent for as long as a call's patience lasts is looked for anew; one that refuses is not.
void Board::failed(const Error& error) {
    lost(error.message);
    if (error.code == Errc::UNAVAILABLE) line_.startAnew(error.message);
}

cli::Mirror Board::emptyMirror() {
    return cli::Mirror([this](cli::Mirror::Change, const JobView& job) { changed_.insert(job.key); });
}

void Board::load() {
    ++life_;
    if (daemon_ != Daemon::Down) daemon_ = Daemon::Asking;
    asks_ = true;
    Topics shown = Topic::Jobs;
    jobsListedNext_ = 0;
    for (List& list : lists_) {
        if (list.topic) shown |= *list.topic;
        list.data.clear();
        list.soonest = 0;
        list.stale = true;
    }
    mirror_.begin(shown);
    goOn();
}

/// Sends and asks what is due.
void Board::goOn() {
    if (!asks_) return;
    const std::uint64_t time = now();
    if (daemon_ == Daemon::Up && !changed_.empty() && time >= jobsSoonest_) sendJobs();
    if (mirror_.wantsNews()) askForNews();
    if (mirror_.stale().has(Topic::Jobs) && time >= jobsListedNext_) listJobs({});
    for (List& list : lists_)
        if (isStale(list) && time >= list.soonest) refresh(list);
    arm();
}

void Board::askForNews() {
    mirror_.newsAsked();
    line_.ask<void>(cli::calls::watchEverything(mirror_.lists()), [this, life = life_](const Result<void>& watched) {
        if (life == life_ && !watched.ok()) failed(watched.error());
    });
}

/// Lists the jobs page by page. Each page is taken in as it comes: news of a job that comes after it is newer.
void Board::listJobs(const std::vector<JobView>& before) {
    if (before.empty()) {
        mirror_.reading(Topic::Jobs);
        jobsListingSince_ = now();
    }
    line_.ask<cli::Page<JobView>>(
        cli::calls::jobs(std::nullopt, false, before), [this, life = life_](const Result<cli::Page<JobView>>& page) {
            if (life != life_) return;
            if (!page.ok()) return failed(page.error());
            mirror_.page(page->rows, page->more);
            if (page->more) return listJobs(page->rows);
            mirror_.settle();
            const std::uint64_t took = now() - jobsListingSince_;
            jobsListedNext_ = now() + std::clamp(listingShare * took, betweenJobs, mostBetween);
            noteUp();
        });
}

/// A list was read: the daemon is up once all were.
void Board::noteUp() {
    if (daemon_ != Daemon::Up && mirror_.isWhole()) {
        daemon_ = Daemon::Up;
        says_.clear();
        changed_.clear();
        broadcast_.sendEverything();
    }
    goOn();
}

void Board::onSignal(const wire::Message& signal) {
    if (!followed_) return;
    wire::Reader reader(signal);
    if (signal.member() == "JobChanged") {
        if (const auto job = wire::readRow<JobView>(reader); job.ok()) mirror_.take(*job);
    } else if (signal.member() == "Changed") {
        if (const auto names = reader.strings(); names.ok()) mirror_.take(topicsNamed(*names));
    }
    goOn();
}

void Board::hasChanged(std::string_view name) {
    std::ranges::find(lists_, name, &List::name)->stale = true;
    goOn();
}

void Board::sendJobs() {
    std::vector<std::string> jobs, gone;
    for (const JobKey& key : std::exchange(changed_, {})) {
        const auto job = mirror_.jobs().find(key);
        if (job != mirror_.jobs().end())
            jobs.push_back(jobJson(job->second));
        else
            gone.push_back(textOf(key));
    }
    jobsSoonest_ = now() + betweenJobs;
    broadcast_.send("jobs", jobsJson(false, jobs, gone));
}

bool Board::isStale(const List& list) const { return list.topic ? mirror_.stale().has(*list.topic) : list.stale; }

void Board::refresh(List& list) {
    if (list.topic)
        mirror_.reading(*list.topic);
    else
        list.stale = false;
    list.soonest = now() + betweenTopics;
    list.fetch(*this, [this, &list, life = life_](Result<std::string> data) {
        if (life == life_) refreshed(list, std::move(data));
    });
}

void Board::refreshed(List& list, Result<std::string> data) {
    if (!data.ok()) return failed(data.error());
    if (list.topic) mirror_.read(*list.topic);
    const bool isNew = list.data != *data;
    list.data = std::move(*data);
    if (daemon_ == Daemon::Up && isNew) broadcast_.send(list.name, list.data);
    noteUp();
}

/// Sets the one timer: to the first thing that waits to be sent, or asked for.
void Board::arm() {
    std::uint64_t next = UINT64_MAX;
    if (daemon_ == Daemon::Up && !changed_.empty()) next = jobsSoonest_;
    if (mirror_.stale().has(Topic::Jobs)) next = std::min(next, jobsListedNext_);
    for (const List& list : lists_)
        if (isStale(list)) next = std::min(next, list.soonest);
    if (next != UINT64_MAX) set(timer_, next);
}

int Board::due(sd_event_source*, std::uint64_t, void* self) {
    static_cast<Board*>(self)->goOn();
    return 0;
}

int Board::breathe(sd_event_source*, std::uint64_t, void* self) {
    auto& board = *static_cast<Board*>(self);
    board.broadcast_.sendPassing(":\n\nevent: clock\ndata: " + clockJson() + "\n\n");
    set(board.breath_, now() + betweenBreaths);
    return 0;
}

// The calls of the daemon by which each topic is fetched.

namespace {

/// Several answers gathered: the first error, or the whole once all are there.
template <class Seen> struct Asked {
    Seen seen;
    unsigned outstanding;
    std::string (*toJson)(const Seen&);
    std::function<void(Result<std::string>)> fetched;
    std::optional<Error> error = std::nullopt;

    /// `answer` is the last that this part waits for.
    template <class Rows> void came(Rows& into, Result<Rows> answer) {
        if (answer.ok())
            into = *std::move(answer);
        else
            error = answer.error();
        if (--outstanding > 0) return;
        fetched(error ? Result<std::string>(*error) : toJson(seen));
    }
};

template <class Seen, class Question, class Rows>
void askPart(DaemonLine& line, const std::shared_ptr<Asked<Seen>>& all, const Question& question, Rows& into) {
    line.ask<Rows>(question, [all, &into](Result<Rows> answer) { all->came(into, std::move(answer)); });
}

/// Asks for a list page by page; `next` makes the question for what comes after the rows.
template <class Row> void askPages(DaemonLine& line, std::vector<Row> before,
                                   const std::function<cli::Call<cli::Page<Row>>(const std::vector<Row>&)>& next,
                                   std::function<void(Result<std::vector<Row>>)> whole) {
    const auto call = next(before);
    line.ask<cli::Page<Row>>(
        call, [&line, all = std::move(before), next, whole = std::move(whole)](Result<cli::Page<Row>> page) mutable {
            if (!page.ok()) return whole(page.error());
            std::ranges::move(page->rows, std::back_inserter(all));
            if (page->more) return askPages(line, std::move(all), next, std::move(whole));
            whole(std::move(all));
        });
}

} // namespace

void Board::fetchFinished(Fetched fetched) {
    line_.ask<cli::Page<JobView>>(cli::calls::jobs(std::nullopt, true, {}),
                                  [fetched = std::move(fetched)](Result<cli::Page<JobView>> page) {
                                      if (!page.ok()) return fetched(page.error());
                                      constexpr std::size_t most = 50;
                                      if (page->rows.size() > most)
                                          page->rows.erase(page->rows.begin() + most, page->rows.end());
                                      fetched(finishedJson(page->rows));
                                  });
}

void Board::fetchTasks(Fetched fetched) {
    line_.ask<std::vector<TaskRow>>(cli::calls::tasks(),
                                    [fetched = std::move(fetched)](const Result<std::vector<TaskRow>>& rows) {
                                        if (!rows.ok()) return fetched(rows.error());
                                        fetched(tasksJson(*rows));
                                    });
}

void Board::fetchApps(Fetched fetched) {
    line_.ask<std::vector<AppView>>(cli::calls::apps(),
                                    [fetched = std::move(fetched)](const Result<std::vector<AppView>>& apps) {
                                        if (!apps.ok()) return fetched(apps.error());
                                        fetched(appsJson(*apps));
                                    });
}

void Board::fetchDevice(Fetched fetched) {
    const auto all = std::make_shared<Asked<DeviceSeen>>(
        Asked<DeviceSeen>{.seen = {}, .outstanding = 4, .toJson = deviceJson, .fetched = std::move(fetched)});
    askPart(line_, all, cli::calls::device(), all->seen.values);
    askPart(line_, all, cli::calls::doze(), all->seen.doze);
    askPart(line_, all, cli::calls::deviceLimits(), all->seen.limits);
    askPart(line_, all, cli::calls::networks(), all->seen.networks);
}

void Board::fetchAlarms(Fetched fetched) {
    askPages<AlarmView>(
        line_, {}, [](const auto& before) { return cli::calls::alarms(std::nullopt, before); },
        [fetched = std::move(fetched)](const Result<std::vector<AlarmView>>& alarms) {
            if (!alarms.ok()) return fetched(alarms.error());
            fetched(alarmsJson(*alarms));
        });
}

void Board::fetchMessages(Fetched fetched) {
    const auto all = std::make_shared<Asked<MessagesSeen>>(
        Asked<MessagesSeen>{.seen = {}, .outstanding = 3, .toJson = messagesJson, .fetched = std::move(fetched)});
    askPages<MessageView>(
        line_, {}, [](const auto& before) { return cli::calls::messages(std::nullopt, before); },
        [all](Result<std::vector<MessageView>> messages) { all->came(all->seen.messages, std::move(messages)); });
    askPart(line_, all, cli::calls::registrations(), all->seen.registrations);
    askPart(line_, all, cli::calls::line(), all->seen.line);
}

} // namespace stint::taskmanager
