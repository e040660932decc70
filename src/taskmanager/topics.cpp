#include "taskmanager/topics.hpp"

#include <algorithm>
#include <utility>

#include "base/clock.hpp"
#include "taskmanager/topic_json.hpp"

namespace stint::taskmanager {
namespace {

// µs of the loop's clock.
constexpr std::uint64_t betweenJobs = 250'000, betweenTopics = 1'000'000, betweenBreaths = 15'000'000;

/// Not the loop's time, which stands still while the sockets have their turn.
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

Topics::Topics(sd_event* loop, DaemonLine& line)
    : loop_(sd_event_ref(loop)), line_(line),
      broadcast_([this] { return everything(); }), topics_{Topic{"finished", &Topics::fetchFinished},
                                                           Topic{"tasks", &Topics::fetchTasks},
                                                           Topic{"apps", &Topics::fetchApps},
                                                           Topic{"device", &Topics::fetchDevice},
                                                           Topic{"alarms", &Topics::fetchAlarms}},
      timer_(timerOf(loop, due, this)), breath_(timerOf(loop, breathe, this)) {}

Topics::~Topics() {
    timer_.reset();
    breath_.reset();
    sd_event_unref(loop_);
}

void Topics::follow(bool on) {
    if (on == followed_) return;
    followed_ = on;
    ++life_;
    jobs_.clear();
    changed_.clear();
    daemon_ = Daemon::Asking;
    broadcast_.sendEverything(); // who comes again has missed what nobody saw
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

std::vector<TopicText> Topics::everything() const {
    if (daemon_ == Daemon::Asking) return {};
    const bool isUp = daemon_ == Daemon::Up;
    std::vector<TopicText> all{{"hello", helloJson(isUp)}};
    if (isUp) {
        std::vector<std::string> jobs;
        jobs.reserve(jobs_.size());
        for (const auto& [key, job] : jobs_)
            jobs.push_back(job);
        all.emplace_back("jobs", jobsJson(true, jobs, {}));
        for (const Topic& topic : topics_)
            all.emplace_back(topic.name, topic.data);
    }
    all.emplace_back("daemon", daemonJson(isUp, says_));
    return all;
}

void Topics::connected() {
    if (followed_) load();
}

void Topics::lost(const std::string& why) {
    ++life_;
    if (!followed_ || (daemon_ == Daemon::Down && says_ == why)) return;
    const bool wasKnown = std::exchange(daemon_, Daemon::Down) != Daemon::Asking;
    says_ = why;
    // Who has seen the jobs keeps them before his eyes, and is told how old they are.
    if (wasKnown) broadcast_.send("daemon", daemonJson(false, why));
    broadcast_.everythingIsKnown();
}

/// A daemon that is silent for as long as a call has patience is looked for anew; one that refuses is not.
void Topics::failed(const Error& error) {
    lost(error.message);
    if (error.code == Errc::UNAVAILABLE) line_.startAnew(error.message);
}

void Topics::load() {
    ++life_;
    if (daemon_ != Daemon::Down) daemon_ = Daemon::Asking;
    jobs_.clear();
    changed_.clear();
    outstanding_ = 1 + static_cast<unsigned>(topics_.size());
    line_.ask<void>(cli::calls::watchAll(), [this, life = life_](const Result<void>& watched) {
        if (life == life_ && !watched.ok()) failed(watched.error());
    });
    loadJobs({});
    for (Topic& topic : topics_) {
        topic.data.clear();
        topic.asking = false;
        refresh(topic);
    }
}

void Topics::loadJobs(std::vector<JobView> before) {
    line_.ask<cli::Page<JobView>>(cli::calls::jobs(std::nullopt, false, before),
                                  [this, life = life_](const Result<cli::Page<JobView>>& page) {
                                      if (life != life_) return;
                                      if (!page.ok()) return failed(page.error());
                                      for (const JobView& job : page->rows)
                                          jobs_.insert_or_assign(job.key, jobJson(job));
                                      if (page->more) return loadJobs(page->rows);
                                      loaded();
                                  });
}

void Topics::loaded() {
    if (outstanding_ == 0 || --outstanding_ > 0) return;
    daemon_ = Daemon::Up;
    says_.clear();
    changed_.clear();
    broadcast_.sendEverything();
    arm(); // for what has changed meanwhile
}

void Topics::told(const wire::Message& signal) {
    if (!followed_ || signal.member() != "JobChanged") return;
    wire::Reader reader(signal);
    if (auto job = wire::readJobView(reader); job.ok()) changed(std::move(*job));
}

void Topics::changed(JobView job) {
    const auto known = jobs_.find(job.key);
    const bool hasEnded = job.state == JobView::State::Finished;
    if (hasEnded) {
        touch("finished");
        touch("apps");
        if (known != jobs_.end()) jobs_.erase(known);
    } else {
        std::string json = jobJson(job);
        if (known != jobs_.end() && known->second == json) return;
        if (known == jobs_.end() || job.state == JobView::State::Running) touch("apps");
        jobs_.insert_or_assign(job.key, std::move(json));
    }
    touch("tasks");
    if (daemon_ != Daemon::Up) return; // all of them are sent anyway
    changed_.insert(std::move(job.key));
    if (now() >= jobsSoonest_) return sendJobs();
    arm();
}

void Topics::sendJobs() {
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

void Topics::touch(std::string_view name) {
    Topic& topic = *std::ranges::find(topics_, name, &Topic::name);
    topic.stale = true;
    arm();
}

void Topics::refresh(Topic& topic) {
    topic.stale = false;
    topic.asking = true;
    topic.soonest = now() + betweenTopics;
    (this->*topic.fetch)([this, &topic, life = life_](Result<std::string> data) {
        if (life == life_) refreshed(topic, std::move(data));
    });
}

void Topics::refreshed(Topic& topic, Result<std::string> data) {
    topic.asking = false;
    if (!data.ok()) return failed(data.error());
    const bool isNew = topic.data != *data;
    topic.data = std::move(*data);
    if (daemon_ != Daemon::Up) return loaded();
    if (isNew) broadcast_.send(topic.name, topic.data);
    arm();
}

/// The one timer: for the first of what waits to be sent.
void Topics::arm() {
    std::uint64_t next = UINT64_MAX;
    if (daemon_ != Daemon::Up) return;
    if (!changed_.empty()) next = jobsSoonest_;
    for (const Topic& topic : topics_)
        if (topic.stale && !topic.asking) next = std::min(next, topic.soonest);
    if (next != UINT64_MAX) set(timer_, next);
}

int Topics::due(sd_event_source*, std::uint64_t, void* self) {
    auto& topics = *static_cast<Topics*>(self);
    const std::uint64_t time = now();
    if (topics.daemon_ != Daemon::Up) return 0;
    if (!topics.changed_.empty() && time >= topics.jobsSoonest_) topics.sendJobs();
    for (Topic& topic : topics.topics_)
        if (topic.stale && !topic.asking && time >= topic.soonest) topics.refresh(topic);
    topics.arm();
    return 0;
}

int Topics::breathe(sd_event_source*, std::uint64_t, void* self) {
    auto& topics = *static_cast<Topics*>(self);
    topics.broadcast_.sendPassing(":\n\nevent: clock\ndata: " + clockJson() + "\n\n");
    set(topics.breath_, now() + betweenBreaths);
    return 0;
}

} // namespace stint::taskmanager
