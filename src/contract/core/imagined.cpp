// A forecast for a job, supposing that something were different (jobs.md §9.6): a copy of the core handles that event,
// and then the events that follow by themselves. Apps behave there as well as they can: they connect, run, stop when
// they are asked to, and end when their bytes are moved. The copy's records and effects stay there.
#include <algorithm>
#include <map>
#include <optional>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "contract/core/explanation.hpp"
#include "contract/core/scheduler.hpp"
#include "contract/core/state.hpp"
#include "contract/model/questions.hpp"
#include "contract/rules/connectivity.hpp"
#include "contract/rules/forecast.hpp"
#include "contract/rules/obstacle.hpp"

namespace stint {
namespace {

class Imagined {
public:
    /// `core` is a copy of one in the midst of its work.
    Imagined(Scheduler& core, Now now) : core_(core), begin_(now), now_(now) {}

    /// Takes up a run that was under way when the copy was made, from where it was.
    void goesOn(const Run& run);
    /// Has the copy handle the event, and all that follows from it at this instant.
    void tell(const Event& event);
    /// Goes on until the job starts, nothing more happens, or too much has.
    void until(const JobKey& job);

    Now now() const { return now_; }
    /// The time at which that job began to run there.
    std::optional<WallTime> startOf(const JobKey& job) const;

private:
    bool next();
    void settle();
    void take(const Step& step);
    void answer(Duration after, Event event) { answers_.emplace(now_.elapsed + after, std::move(event)); }
    void start(const CallStart& call);
    void kill(const AppId& app);

    Scheduler& core_;
    Now begin_;
    Now now_;
    std::multimap<Instant, Event> answers_;
    std::map<RunId, JobKey> runs_;
    std::map<JobKey, WallTime> started_;
    int events_ = 0;
};

/// The limits of one question: a turn of the daemon waits for it.
constexpr int mostEvents = 300;
constexpr Duration farthest = 720h;
constexpr std::size_t mostJobs = 20'000;

/// A rate that was measured for less time than this is not used.
constexpr Duration steady = 10s;

std::optional<Duration> timeFor(Bytes left, Kbps rate) {
    if (left <= 0) return Duration{0};
    if (rate <= 0) return std::nullopt;
    const Duration takes = transferTime(left, rate);
    return takes <= farthest ? std::optional(takes) : std::nullopt;
}

Bytes leftOf(Bytes estimated, Bytes moved) { return estimated < 0 ? 0 : std::max<Bytes>(estimated - moved, 0); }

std::optional<Duration> longer(std::optional<Duration> one, std::optional<Duration> other) {
    if (!one || !other) return std::nullopt;
    return std::max(*one, *other);
}

/// The time that the rest of these bytes takes on this network; nullopt: unknown.
std::optional<Duration> timeLeft(Bytes estimatedDown, Bytes estimatedUp, const Moved& moved,
                                 const std::optional<Network>& network) {
    if ((estimatedDown < 0 && estimatedUp < 0) || !network) return std::nullopt;
    return longer(timeFor(leftOf(estimatedDown, moved.down), network->downstream),
                  timeFor(leftOf(estimatedUp, moved.up), network->upstream));
}

/// The same for a run: at the rate it has had so far, once it has moved bytes for a while.
std::optional<Duration> timeLeft(const Run& run, Instant now) {
    if (run.estimatedDown < 0 && run.estimatedUp < 0) return std::nullopt;
    const Duration ran = now - run.began;
    const Bytes moved = run.transferredDown + run.transferredUp - run.resumedAt.value_or(0);
    if (ran < steady || moved <= 0)
        return timeLeft(run.estimatedDown, run.estimatedUp, {run.transferredDown, run.transferredUp}, run.network);
    const Bytes left = leftOf(run.estimatedDown, run.transferredDown) + leftOf(run.estimatedUp, run.transferredUp);
    const Kbps rate = moved / ran.count() * 8 + moved % ran.count() * 8 / ran.count(); // bits by milliseconds
    return timeFor(left, std::max<Kbps>(rate, 1));
}

// Adds the end of the job: by its run, if it runs there; else by the bytes that it is to move.
void addEnd(const State& state, const JobKey& key, const JobView& view, Now now, Forecast& forecast) {
    if (!forecast.starts) return;
    const Tracked* const tracked = state.jobs.find(key);
    const Running* const running = tracked && forecast.runs ? ownRun(state, *tracked) : nullptr;
    const WallTime from = running ? now.wall : std::max(*forecast.starts, now.wall);
    const auto left = running ? timeLeft(running->run, now.elapsed)
                              : timeLeft(view.estimatedDown, view.estimatedUp, {}, state.device.network);
    if (left) {
        forecast.ends = from + *left;
    } else if (view.clocks) {
        forecast.ends = view.clocks->limit;
        forecast.atLatest = true;
    }
}

// True if time alone may clear all of them, or the end of another job.
bool mayPass(const std::vector<Blocker>& blockers) {
    return std::ranges::all_of(blockers, [](const Blocker& one) { return one.until || isOfTheQueue(one.gate); });
}

void Imagined::goesOn(const Run& run) {
    STINT_CHECK(runs_.emplace(run.id, run.key).second);
    const auto end = [&] {
        if (const auto left = timeLeft(run, now_.elapsed)) answer(*left, JobFinished{run.key.app, run.id, false, {}});
    };
    switch (run.state) {
    case RunState::Binding:
        return answer(Duration{0}, Connected{run.id});
    case RunState::Starting:
        end();
        return answer(Duration{0}, StartAnswered{run.id, true});
    case RunState::Executing:
        return end();
    case RunState::Stopping:
        return answer(Duration{0}, StopAnswered{run.id, true});
    }
}

void Imagined::tell(const Event& event) {
    ++events_;
    take(core_.handle(event, now_));
    settle();
}

void Imagined::settle() {
    while (events_ < mostEvents && !answers_.empty() && answers_.begin()->first <= now_.elapsed)
        next();
}

void Imagined::until(const JobKey& job) {
    settle();
    while (!started_.contains(job) && next()) {
    }
}

bool Imagined::next() {
    const auto deadline = core_.nextDeadline();
    const auto answered = answers_.empty() ? std::nullopt : std::optional(answers_.begin()->first);
    const auto when = earlier(deadline, answered);
    if (!when || events_ >= mostEvents || *when - begin_.elapsed > farthest) return false;
    const Duration passes = std::max(*when - now_.elapsed, Duration{0});
    now_ = {now_.elapsed + passes, now_.wall + passes};
    ++events_;
    if (deadline && *deadline <= now_.elapsed) {
        take(core_.handle(Tick{}, now_));
    } else {
        const Event event = std::move(answers_.extract(answers_.begin()).mapped());
        take(core_.handle(event, now_));
    }
    return true;
}

void Imagined::take(const Step& step) {
    for (const Effect& effect : step.effects)
        std::visit(Overloaded{[&](const Bind& e) {
                                  STINT_CHECK(runs_.emplace(e.run, e.key).second); // a number is used once
                                  answer(Duration{0}, Connected{e.run});
                              },
                              [&](const CallStart& e) {
                                  STINT_CHECK(runs_.contains(e.run));
                                  start(e);
                              },
                              [&](const CallStop& e) {
                                  STINT_CHECK(runs_.contains(e.run));
                                  answer(Duration{0}, StopAnswered{e.run, true});
                              },
                              [&](const EndRun& e) {
                                  STINT_CHECK(runs_.erase(e.run) == 1); // a run ends once
                                  std::erase_if(answers_, [&](const auto& entry) {
                                      const auto* const ends = std::get_if<JobFinished>(&entry.second);
                                      return ends && ends->run == e.run;
                                  });
                              },
                              [&](const KillApp& e) { kill(e.app); },
                              [&](const DeliverAlarm& e) {
                                  answer(Duration{0}, DeliveryEnded{e.alarm.app, e.delivery});
                              },
                              [&](const DeliverMessage& e) {
                                  answer(Duration{0}, DeliveryEnded{e.message.app, e.delivery});
                              },
                              [&](const CountNetwork& e) {
                                  answer(Duration{0}, NetworkUsed{e.app, e.metered, e.roaming, e.job, 0, 0});
                              },
                              [](const auto&) {}},
                   effect);
}

// The app there shows the notification that a user-initiated job owes (jobs.md §5.2).
void Imagined::start(const CallStart& call) {
    started_.try_emplace(call.key, now_.wall);
    const auto shown = Notification::Builder("default").setSmallIcon("job").build();
    answer(Duration{0},
           NotificationSet{{}, call.key.app, call.run, static_cast<std::int32_t>(call.run.value & 0xFFFF), shown});
    answer(Duration{0}, StartAnswered{call.run, true});
    if (const auto left = timeLeft(call.info.getEstimatedNetworkDownloadBytes(),
                                   call.info.getEstimatedNetworkUploadBytes(), {}, call.network))
        answer(*left, JobFinished{call.key.app, call.run, false, {}});
}

void Imagined::kill(const AppId& app) {
    for (const auto& [run, key] : runs_)
        if (key.app == app) answer(Duration{0}, RunLost{run, false, {}});
}

std::optional<WallTime> Imagined::startOf(const JobKey& job) const {
    const auto found = started_.find(job);
    return found == started_.end() ? std::nullopt : std::optional(found->second);
}

} // namespace

Scheduler::Scheduler(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<Forecast> Scheduler::whatIf(const JobKey& key, const Supposed& supposed, Now now) const {
    const State& state = impl_->state;
    if (!state.jobs.find(key)) return notTracked(state, key);
    if (state.jobs.size() > mostJobs)
        return fail(Errc::LIMIT_EXCEEDED, "{} jobs are too many to try it with; at most {}", state.jobs.size(),
                    mostJobs);
    Scheduler copy(std::make_unique<Impl>(*impl_));
    Imagined imagined(copy, now);
    for (const auto& [id, running] : state.runs)
        imagined.goesOn(running.run);
    if (supposed.device) imagined.tell(DeviceChanged{{}, *supposed.device});
    if (supposed.bucket) imagined.tell(BucketForced{.call = {}, .app = key.app, .bucket = *supposed.bucket});

    Forecast forecast;
    const auto present = copy.job(key, now);
    const bool tracked = present && present->state != JobView::State::Finished;
    if (tracked) {
        forecast.runs = present->state == JobView::State::Running;
        forecast.blockers = copy.explain(key, now);
        forecast.starts = forecast.runs ? present->started : present->earliest;
        if (!forecast.starts && mayPass(forecast.blockers)) {
            imagined.until(key);
            forecast.starts = imagined.startOf(key);
        }
        addEnd(copy.impl_->state, key, *present, now, forecast);
    }
    forecast.says = sentenceOf(supposed, forecast, tracked, now.wall, state.zone);
    return forecast;
}

} // namespace stint
