#include "sim/judge/replay.hpp"

#include <algorithm>
#include <map>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "sim/world/world.hpp"

namespace stint::sim {

void RecordedJobs::see(const Event& event, Now now) {
    const auto of = [&](RunId id, auto act) {
        if (const auto run = runs_.find(id); run != runs_.end()) act(run);
    };
    std::visit(Overloaded{[&](const JobFinished& e) { of(e.run, [&](auto run) { over(run, now, e.reschedule); }); },
                          [&](const BytesUpdated& e) {
                              if (e.estimate || e.item) return;
                              of(e.run, [&](auto run) {
                                  run->second.moved = std::max<Bytes>(e.down, 0) + std::max<Bytes>(e.up, 0);
                              });
                          },
                          [&](const RunLost& e) { of(e.run, [&](auto run) { over(run, now, std::nullopt); }); },
                          [](const auto&) {}},
               event);
}

void RecordedJobs::see(const Effect& effect, Now now) {
    if (const auto* bind = std::get_if<Bind>(&effect)) runs_[bind->run] = {.key = bind->key, .bound = now.elapsed};
    if (const auto* start = std::get_if<CallStart>(&effect)) {
        Run& run = runs_[start->run];
        run.began = now.elapsed;
        open_[run.key].connects = now.elapsed - run.bound;
    }
    const auto* end = std::get_if<EndRun>(&effect);
    if (const auto run = end ? runs_.find(end->run) : runs_.end(); run != runs_.end()) over(run, now, std::nullopt);
}

void RecordedJobs::seenAll(Now now) {
    while (!runs_.empty())
        over(runs_.begin(), now, std::nullopt);
    for (auto& [job, work] : open_)
        works_[job].push_back(work);
    open_.clear();
}

// An app reports the bytes of all runs since its last report, or of this one alone; the larger amount is right.
void RecordedJobs::over(std::map<RunId, Run>::iterator found, Now now, std::optional<bool> again) {
    const Run run = found->second;
    runs_.erase(found);
    SeenWork& work = open_[run.key];
    if (run.began) work.took += now.elapsed - *run.began;
    work.moved = std::max(work.moved, run.moved);
    if (!again) return;
    work.reported = true;
    work.again = *again;
    works_[run.key].push_back(work);
    open_.erase(run.key);
}

SeenWork RecordedJobs::next(const JobKey& job) {
    const auto found = works_.find(job);
    if (found == works_.end() || found->second.empty()) return {.reported = true};
    const SeenWork work = found->second.front();
    if (found->second.size() > 1) found->second.pop_front();
    return work;
}

namespace {

/// True if the recorded policy had a part in the event: a timer of its own, or what its runs and deliveries did.
bool followsFromThePolicy(const Event& event) {
    return std::visit(Overloaded{[](const Tick&) { return true; }, [](const PolicyChanged&) { return true; },
                                 [](const DeliveryEnded&) { return true; }, [](const NetworkUsed&) { return true; },
                                 [](const auto& e) {
                                     return requires { e.run; };
                                 }},
                      event);
}

/// The event without its marks: nobody here would report that one is passed.
Event withoutMarks(Event event) {
    if (auto* const counted = std::get_if<NetworkCounted>(&event)) counted->tells = false;
    return event;
}

/// The jobs' work, seen by giving a core what was recorded.
Result<RecordedJobs> seenIn(const Scenario& recording, const Constants& constants) {
    RecordedJobs jobs;
    RecordedCore device(recording, constants);
    for (const Entry& entry : recording.timeline) {
        const auto* recorded = std::get_if<action::Recorded>(&entry.action);
        if (!recorded) continue;
        const Step step = STINT_TRY(device.tell(entry, *recorded));
        if (const auto* event = std::get_if<Event>(&recorded->input)) jobs.see(*event, device.now());
        for (const Effect& effect : step.effects)
            jobs.see(effect, device.now());
    }
    jobs.seenAll(device.now());
    return jobs;
}

class WhatIf {
public:
    WhatIf(const Scenario& recording, RecordedJobs jobs, const Constants& constants)
        : recording_(recording), jobs_(std::move(jobs)), device_(recording, constants) {}

    Result<Played> play() {
        for (const Entry& entry : recording_.timeline) {
            const auto* recorded = std::get_if<action::Recorded>(&entry.action);
            if (!recorded) continue;
            const auto* event = std::get_if<Event>(&recorded->input);
            if (!event) {
                auto events = STINT_TRY(device_.tell(entry, *recorded));
                take(std::move(events));
                continue;
            }
            until(device_.at(entry.at));
            device_.read(*recorded);
            if (!followsFromThePolicy(*event)) tell(withoutMarks(*event));
        }
        for (auto& [id, run] : runs_)
            cutShort(run);
        return std::move(played_);
    }

private:
    struct Run {
        JobKey key;
        std::optional<Instant> began;
    };
    /// The work that a job has left.
    struct Rest {
        SeenWork of;
        Duration worked{0};
    };

    Rest& restOf(const JobKey& job) {
        const auto [rest, isNew] = rests_.try_emplace(job);
        if (isNew) rest->second.of = jobs_.next(job);
        return rest->second;
    }

    void until(Instant target) {
        while (true) {
            const auto deadline = device_.core.nextDeadline();
            const auto queued = queue_.next();
            const auto first = earlier(deadline, queued);
            if (!first || *first > target) break;
            device_.advance(*first);
            if (deadline && *deadline <= device_.now().elapsed)
                tell(Tick{});
            else
                queue_.runNext();
        }
        device_.advance(target);
    }

    void tell(const Event& event) {
        ++played_.events;
        take(device_.core.handle(event, device_.now()));
    }

    void take(Step step) {
        for (const Effect& effect : step.effects)
            std::visit(Overloaded{[&](const Trace& e) {
                                      played_.history.push_back(happeningOf(e, device_.now(), device_.at(Duration{0})));
                                  },
                                  [&](const Bind& e) {
                                      runs_[e.run].key = e.key;
                                      later(restOf(e.key).of.connects, [this, id = e.run] {
                                          if (runs_.contains(id)) tell(Connected{id});
                                      });
                                  },
                                  [&](const CallStart& e) { start(e); }, [&](const CallStop& e) { stop(e.run); },
                                  [&](const CallFreeze& e) { freeze(e); }, [&](const EndRun& e) { end(e.run); },
                                  [&](const KillApp& e) { kill(e.app); },
                                  [&](const DeliverAlarm& e) {
                                      if (e.alarm.wakeup) ++played_.wakeUps[e.alarm.app];
                                      taken(e.alarm.app, e.delivery);
                                  },
                                  [&](const CountNetwork& e) { count(e); },
                                  [&](const DeliverMessage& e) { taken(e.message.app, e.delivery); },
                                  [](const auto&) {}},
                       effect);
    }

    void start(const CallStart& effect) {
        const RunId id = effect.run;
        work(id, runs_[id]);
        later(Duration{0}, [this, id, app = effect.key.app] {
            if (!runs_.contains(id)) return;
            const auto shown = Notification::Builder("default").setSmallIcon("job").build();
            tell(NotificationSet{{}, app, id, static_cast<std::int32_t>(id.value & 0xFFFF), shown});
            tell(StartAnswered{id, true});
        });
    }

    void work(RunId id, Run& run) {
        run.began = device_.now().elapsed;
        const Rest& left = restOf(run.key);
        if (left.of.reported) later(std::max(Duration{0}, left.of.took - left.worked), [this, id] { report(id); });
    }

    void report(RunId id) {
        const auto run = runs_.find(id);
        if (run == runs_.end() || !run->second.began) return; // it was stopped before
        account(run->second);
        const Rest& rest = rests_[run->second.key];
        if (rest.worked < rest.of.took) return; // it stood still meanwhile
        const AppId app = run->second.key.app;
        const bool again = rest.of.again;
        rests_.erase(run->second.key);
        tell(JobFinished{app, id, again, {}});
    }

    void freeze(const CallFreeze& effect) {
        const auto run = runs_.find(effect.run);
        if (run == runs_.end()) return;
        if (effect.on)
            cutShort(run->second);
        else
            work(effect.run, run->second);
    }

    void stop(RunId id) {
        if (const auto run = runs_.find(id); run != runs_.end()) cutShort(run->second);
        later(Duration{0}, [this, id] {
            if (runs_.contains(id)) tell(StopAnswered{id, true});
        });
    }

    void end(RunId id) {
        const auto run = runs_.find(id);
        if (run == runs_.end()) return;
        cutShort(run->second);
        runs_.erase(run);
    }

    void kill(const AppId& app) {
        for (auto& [id, run] : runs_)
            if (run.key.app == app) later(Duration{0}, [this, lost = id] { tell(RunLost{lost, false, {}}); });
    }

    /// Stops a run: its work is kept, and its bytes are counted by the time that it took.
    void cutShort(Run& run) {
        account(run);
        run.began.reset();
    }

    void account(Run& run) {
        const auto rest = rests_.find(run.key);
        if (!run.began || rest == rests_.end()) return;
        const Duration worked = device_.now().elapsed - std::exchange(*run.began, device_.now().elapsed);
        rest->second.worked += worked;
        const SeenWork& of = rest->second.of;
        if (of.took <= Duration{0}) return;
        const double part = static_cast<double>(worked.count()) / static_cast<double>(of.took.count());
        const auto bytes = static_cast<Bytes>(static_cast<double>(of.moved) * part);
        played_.moved[run.key] += bytes;
        uncounted_[run.key.app] += bytes;
    }

    void count(const CountNetwork& asked) {
        for (auto& [id, run] : runs_)
            if (run.key.app == asked.app) account(run);
        const Bytes used = std::exchange(uncounted_[asked.app], 0);
        later(Duration{0}, [this, asked, used] {
            tell(NetworkUsed{asked.app, asked.metered, asked.roaming, asked.job, used, 0});
        });
    }

    void taken(const AppId& app, std::uint64_t delivery) {
        later(Duration{0}, [this, app, delivery] { tell(DeliveryEnded{app, delivery}); });
    }
    void later(Duration after, std::function<void()> act) { queue_.add(device_.now().elapsed + after, std::move(act)); }

    const Scenario& recording_;
    RecordedJobs jobs_;
    RecordedCore device_;
    Played played_;
    EventQueue queue_;
    std::map<RunId, Run> runs_;
    std::map<JobKey, Rest> rests_;
    std::map<AppId, Bytes> uncounted_; ///< the bytes that each app has moved since the last count
};

} // namespace

Result<Played> whatIf(const Scenario& recording, const Constants& seen, const Constants& other) {
    auto jobs = STINT_TRY(seenIn(recording, seen));
    return WhatIf(recording, std::move(jobs), other).play();
}

} // namespace stint::sim
