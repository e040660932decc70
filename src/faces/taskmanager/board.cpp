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

Board::Board(sd_event* loop, DaemonLine& line, const AppWork& work)
    : loop_(sd_event_ref(loop)), line_(line), work_(work),
      broadcast_([this] { return everything(); }), lists_{List{"finished", &Board::fetchFinished},
                                                          List{"tasks", &Board::fetchTasks},
                                                          List{"apps", &Board::fetchApps},
                                                          List{"device", &Board::fetchDevice},
                                                          List{"alarms", &Board::fetchAlarms},
                                                          List{"work", &Board::fetchWork}},
      timer_(timerOf(loop, due, this)), breath_(timerOf(loop, breathe, this)) {}

Board::~Board() {
    timer_.reset();
    breath_.reset();
    sd_event_unref(loop_);
}

void Board::follow(bool on) {
    if (on == followed_) return;
    followed_ = on;
    ++life_;
    jobsStale_ = jobsAsking_ = newsWanted_ = false;
    jobs_.clear();
    changed_.clear();
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

std::vector<TopicText> Board::everything() const {
    if (daemon_ == Daemon::Asking) return {};
    const bool isUp = daemon_ == Daemon::Up;
    std::vector<TopicText> all{{"hello", helloJson(isUp)}};
    if (isUp) {
        std::vector<std::string> jobs;
        jobs.reserve(jobs_.size());
        for (const auto& [key, job] : jobs_)
            jobs.push_back(job);
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

void Board::load() {
    ++life_;
    if (daemon_ != Daemon::Down) daemon_ = Daemon::Asking;
    jobs_.clear();
    changed_.clear();
    outstanding_ = 1 + static_cast<unsigned>(lists_.size());
    askForNews();
    listJobs({});
    for (List& list : lists_) {
        list.data.clear();
        refresh(list);
    }
}

void Board::askForNews() {
    newsWanted_ = false;
    line_.ask<void>(cli::calls::watchEverything(Topics::all()), [this, life = life_](const Result<void>& watched) {
        if (life == life_ && !watched.ok()) failed(watched.error());
    });
}

/// Lists the jobs page by page. Each page is taken in as it comes: news of a job that comes after it is newer.
void Board::listJobs(const std::vector<JobView>& before) {
    if (before.empty()) {
        jobsStale_ = false;
        jobsAsking_ = true;
        jobsListingSince_ = now();
    }
    line_.ask<cli::Page<JobView>>(
        cli::calls::jobs(std::nullopt, false, before), [this, life = life_](const Result<cli::Page<JobView>>& page) {
            if (life != life_) return;
            if (!page.ok()) return failed(page.error());
            for (const JobView& job : page->rows)
                put(job);
            if (page->more) return listJobs(page->rows);
            jobsAsking_ = false;
            const std::uint64_t took = now() - jobsListingSince_;
            jobsListedNext_ = now() + std::clamp(listingShare * took, betweenJobs, mostBetween);
            listed();
        });
}

void Board::listed() {
    if (daemon_ != Daemon::Up) return loaded();
    if (newsWanted_ && !isBehind()) askForNews();
    arm();
}

void Board::loaded() {
    if (outstanding_ == 0) return;
    if (--outstanding_ > 0) return;
    daemon_ = Daemon::Up;
    says_.clear();
    changed_.clear();
    broadcast_.sendEverything();
    listed(); // changes that came meanwhile
}

/// True while a list is older than the daemon's news.
bool Board::isBehind() const {
    const bool isList = std::ranges::any_of(lists_, [](const List& list) { return list.stale || list.asking; });
    return isList || jobsStale_ || jobsAsking_;
}

void Board::onSignal(const wire::Message& signal) {
    if (!followed_) return;
    wire::Reader reader(signal);
    if (signal.member() == "JobChanged") {
        if (const auto job = wire::readRow<JobView>(reader); job.ok()) put(*job);
    } else if (signal.member() == "Changed") {
        const auto names = reader.strings();
        if (!names.ok()) return;
        newsWanted_ = true;
        for (const std::string& name : *names)
            touch(name);
        if (daemon_ == Daemon::Up) listed();
    }
}

void Board::workChanged() {
    if (!followed_) return;
    touch("work");
    arm();
}

void Board::put(const JobView& job) {
    if (job.state == JobView::State::Finished) {
        if (jobs_.erase(job.key) > 0) noteChange(job.key);
        return;
    }
    std::string json = jobJson(job);
    std::string& known = jobs_[job.key];
    if (known == json) return;
    known = std::move(json);
    noteChange(job.key);
}

void Board::noteChange(const JobKey& job) {
    if (daemon_ != Daemon::Up) return; // all of them are sent anyway
    changed_.insert(job);
    if (now() >= jobsSoonest_ && !jobsAsking_) return sendJobs();
    arm();
}

void Board::sendJobs() {
    std::vector<std::string> jobs, gone;
    for (const JobKey& key : std::exchange(changed_, {})) {
        const auto job = jobs_.find(key);
        if (job != jobs_.end())
            jobs.push_back(job->second);
        else
            gone.push_back(textOf(key));
    }
    jobsSoonest_ = now() + betweenJobs;
    broadcast_.send("jobs", jobsJson(false, jobs, gone));
}

void Board::touch(std::string_view name) {
    if (name == "jobs") jobsStale_ = true;
    const auto list = std::ranges::find(lists_, name, &List::name);
    if (list != lists_.end()) list->stale = true; // an unknown one is a newer daemon's
}

void Board::refresh(List& list) {
    list.stale = false;
    list.asking = true;
    list.soonest = now() + betweenTopics;
    (this->*list.fetch)([this, &list, life = life_](Result<std::string> data) {
        if (life == life_) refreshed(list, std::move(data));
    });
}

void Board::refreshed(List& list, Result<std::string> data) {
    list.asking = false;
    if (!data.ok()) return failed(data.error());
    const bool isNew = list.data != *data;
    list.data = std::move(*data);
    if (daemon_ == Daemon::Up && isNew) broadcast_.send(list.name, list.data);
    listed();
}

/// Sets the one timer: to the first thing that waits to be sent, or asked for.
void Board::arm() {
    if (daemon_ != Daemon::Up) return;
    std::uint64_t next = UINT64_MAX;
    if (!changed_.empty()) next = jobsSoonest_;
    if (jobsStale_ && !jobsAsking_) next = std::min(next, jobsListedNext_);
    for (const List& list : lists_)
        if (list.stale && !list.asking) next = std::min(next, list.soonest);
    if (next != UINT64_MAX) set(timer_, next);
}

int Board::due(sd_event_source*, std::uint64_t, void* self) {
    auto& board = *static_cast<Board*>(self);
    const std::uint64_t time = now();
    if (board.daemon_ != Daemon::Up) return 0;
    if (!board.changed_.empty() && time >= board.jobsSoonest_) board.sendJobs();
    if (board.jobsStale_ && !board.jobsAsking_ && time >= board.jobsListedNext_) board.listJobs({});
    for (List& list : board.lists_)
        if (list.stale && !list.asking && time >= list.soonest) board.refresh(list);
    board.arm();
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
struct DeviceAsked {
    DeviceSeen seen;
    unsigned outstanding = 4;
    std::optional<Error> error = std::nullopt;
};

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
    const auto asked = std::make_shared<DeviceAsked>();
    const auto part = [this, asked, fetched](auto call, auto& into) {
        using Rows = std::remove_reference_t<decltype(into)>;
        line_.ask<Rows>(call, [asked, fetched, &into](Result<Rows> answer) {
            if (answer.ok())
                into = std::move(*answer);
            else
                asked->error = answer.error();
            if (--asked->outstanding > 0) return;
            fetched(asked->error ? Result<std::string>(*asked->error) : deviceJson(asked->seen));
        });
    };
    part(cli::calls::device(), asked->seen.values);
    part(cli::calls::doze(), asked->seen.doze);
    part(cli::calls::deviceLimits(), asked->seen.limits);
    part(cli::calls::networks(), asked->seen.networks);
}

/// The apps were asked already.
void Board::fetchWork(Fetched fetched) { fetched(work_.topic()); }

void Board::fetchAlarms(Fetched fetched) { fetchMoreAlarms({}, std::move(fetched)); }

void Board::fetchMoreAlarms(std::vector<AlarmView> before, Fetched fetched) {
    const auto call = cli::calls::alarms(std::nullopt, before);
    line_.ask<cli::Page<AlarmView>>(
        call, [this, all = std::move(before), fetched = std::move(fetched)](Result<cli::Page<AlarmView>> page) mutable {
            if (!page.ok()) return fetched(page.error());
            std::ranges::move(page->rows, std::back_inserter(all));
            if (page->more) return fetchMoreAlarms(std::move(all), std::move(fetched));
            fetched(alarmsJson(all));
        });
}

} // namespace stint::taskmanager
