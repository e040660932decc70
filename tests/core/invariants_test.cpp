// The checks of the owners in the core, of themselves and of each other: each kind of mistake is made once, and noticed
// (docs/decisions/0009).
#include <array>

#include <doctest/doctest.h>

#include "contract/core/queue.hpp"
#include "contract/core/state.hpp"
#include "last_words.hpp"

namespace stint {
namespace {

const AppId app{"com.example.mail"};
const JobKey first{app, "", JobId{1}};
constexpr Now early{Instant{1h}, WallTime{24h}};

Tracked jobOf(const JobKey& key) { return {.job = {.key = key}}; }

/// Answers nothing but open, and may not say that the app is there, or that it is asked again at once.
struct Keeper final : Gatekeeper {
    const App* installed = nullptr;
    std::optional<Instant> again;
    void ask(Group& group, GateSet, std::vector<ShutGate>& shut) override {
        group.appGroups->installed = installed;
        if (again) shut.push_back({gates().data(), Verdict::until(*again, PENDING_JOB_REASON_APP)});
    }
    void heard(const Group&, const std::vector<Shut>&) override {}
};

struct InGroups {
    App installed;
    Keeper keeper;
    Groups groups;
    Tracked job = jobOf(first);
    InGroups() { keeper.installed = &installed; }
    Group& join() { return *(job.group = &groups.join({.app = app}, job, early, keeper)); }
};

/// A state, and a turn in which it is broken.
struct InTurn {
    State state{Constants{}};
    Step step;
    Turn turn{.state = state, .now = early, .step = step};
    Tracked& job() { return state.jobs.add(jobOf(first)); }
    Running& run(RunState now) {
        Running& running = state.runs.add();
        running.run.state = now;
        state.runs.setTimer(running.run, early.elapsed);
        return running;
    }
};

struct Waits {
    int time = 0;
    std::size_t place = nowhere;
};
struct ByTime {
    static bool before(const Waits& a, const Waits& b) { return a.time < b.time; }
    static std::size_t& place(Waits& one) { return one.place; }
};

// clang-format off
constexpr std::array ofOneOwner{
    Mistake{"isNew", [] { Jobs jobs; jobs.add(jobOf(first)); jobs.add(jobOf(first)); }},
    Mistake{"!tracked.clock", [] {
        Jobs jobs; JobClocks clocks;
        Tracked& job = jobs.add(jobOf(first));
        clocks.set(job, early.elapsed);
        jobs.erase(job); // it would be woken all the same
    }},
    Mistake{"place->get() == &tracked", [] { Jobs jobs; jobs.add(jobOf(first)); jobs.erase(jobOf(first)); }},
    Mistake{"held != held_.end()", [] { Jobs jobs; jobs.release(app, {.jobs = 1}); }},
    Mistake{"held.bytes >= 0", [] { Jobs jobs; jobs.hold(app, {.jobs = 1, .bytes = 1}); jobs.release(app, {.bytes = 2}); }},
    Mistake{"isNew", [] { Runs runs; runs.add(RunId{3}); runs.add(RunId{3}); }},
    Mistake{"run", [] { Runs runs; runs.add(RunId{}); }},
    Mistake{"timers_.erase({running.run.timer, run}) == 1", [] { Runs runs; runs.take(runs.add().run.id); }},
    Mistake{"runs_.contains(run)", [] { Runs runs; runs.addGuard(RunId{3}); }},
    Mistake{"timers_.size() <= runs_.size()", [] { Runs runs; Run over; over.id = RunId{3}; runs.setTimer(over, early.elapsed); }},
    Mistake{"!runs_.contains(run.id)", [] { Runs runs; runs.noteLate(runs.add().run, early.elapsed, early.elapsed + 1s); }},
    Mistake{"runs_.empty()", [] { Runs runs; runs.add(); runs.startFrom(1); }},
    Mistake{"clocks_.erase(&tracked) == 1", [] {
        JobClocks clocks;
        Tracked job = jobOf(first), other = jobOf({app, "", JobId{2}});
        clocks.set(job, early.elapsed + 1s);
        clocks.set(other, early.elapsed);
        job.clock = early.elapsed - 1s; // where it lies goes by it
        clocks.set(job, std::nullopt);
    }},
    Mistake{"!items_.empty()", [] { DueHeap<Waits, ByTime> heap; static_cast<void>(heap.front()); }},
    Mistake{"items_[Order::place(item)] == &item", [] {
        DueHeap<Waits, ByTime> heap;
        Waits one;
        heap.put(one);
        Waits copy = one;
        heap.put(copy);
    }},
    Mistake{"underWay_.empty()", [] { Deliveries deliveries; deliveries.begin(app, early.elapsed); deliveries.startFrom(1); }},
    Mistake{"underWay_.erase(delivery) == 1", [] { Deliveries deliveries; deliveries.end(3); }},
    Mistake{"&at(key) == &posted", [] {
        Notifications notifications;
        Posted another;
        notifications.get({app, 1});
        notifications.withhold({app, 1}, another, early.elapsed);
    }},
    Mistake{"number < entries_.size()", [] { static_cast<void>(History().entry(0)); }},
    Mistake{"count != jobs_.end()", [] {
        JobInfo::Builder builder(JobId{1}, "Jobs");
        Watched().remove(app, builder.addTriggerContentUri({"/etc/hosts", 0}).build().value());
    }},
    Mistake{"most >= 0", [] { Endings().add({}, -1); }},
};

constexpr std::array ofGroups{
    Mistake{"!job.group", [] { InGroups in; in.join(); in.join(); }},
    Mistake{"gateKey.app == job.job.key.app", [] { InGroups in; in.groups.join({.app = AppId{"com.example.other"}}, in.job, early, in.keeper); }},
    Mistake{"appGroups.installed", [] { InGroups in; in.keeper.installed = nullptr; in.join(); }},
    Mistake{"group.jobs.erase(&job) == 1", [] { InGroups in; Tracked other = jobOf({app, "", JobId{2}}); in.groups.leave(in.join(), other); }},
    Mistake{"group.jobs.erase(&job) == 1", [] {
        InGroups in;
        Tracked other = jobOf({app, "", JobId{2}});
        other.job.sequence = 5;
        other.group = &in.groups.join({.app = app}, other, early, in.keeper);
        Group& group = in.join();
        in.job.job.sequence = 9; // where it stands in its group goes by it
        in.groups.leave(group, in.job);
    }},
    Mistake{"!group.askAgain || *group.askAgain > now.elapsed", [] {
        InGroups in;
        in.keeper.again = early.elapsed;
        in.join();
        in.groups.due(early, in.keeper);
    }},
    Mistake{"waiting >= 0", [] { InGroups in; Group& group = in.join(); group.appGroups->waiting = {}; in.groups.leave(group, in.job); }},
    Mistake{"group->open()", [] { InGroups in; in.join().opening = 0; Queue(in.groups).next(); }},
    Mistake{"handed->group == last_->group", [] { InGroups in; in.join(); in.job.group = nullptr; Queue(in.groups).next(); }},
};

constexpr std::array betweenOwners{
    Mistake{"tracked.group && tracked.group->open()", [] { InTurn in; startRun(in.turn, in.job(), WorkType::Background); }},
    Mistake{"!tracked.run", [] { InTurn in; Tracked& job = in.job(); job.run = RunId{3}; park(in.turn, job); }},
    Mistake{"!tracked.run", [] { InTurn in; Tracked& job = in.job(); job.run = RunId{3}; setAside(in.turn, job, "it broke"); }},
    Mistake{"!why.empty()", [] { InTurn in; setAside(in.turn, in.job(), ""); }},
    Mistake{"!tracked->run || state.runs.at(tracked->run).run.dropped", [] {
        InTurn in;
        in.job().run = in.run(RunState::Executing).run.id;
        forget(in.turn, first);
    }},
    Mistake{"run.state != RunState::Executing || !run.ending", [] {
        InTurn in;
        in.run(RunState::Executing).run.ending = Ending{};
        runTimers(in.turn);
    }},
    Mistake{"run.state != RunState::Stopping || run.ending", [] { InTurn in; in.run(RunState::Stopping); runTimers(in.turn); }},
    Mistake{"tracked.job.running != run.dropped", [] {
        InTurn in;
        Running& running = in.run(RunState::Executing);
        running.run.key = first;
        running.gateKey.app = app;
        in.job().run = running.run.id; // and is not said to run
        close(in.turn, running.run.id, End::Finished, {});
    }},
    Mistake{"found", [] { InTurn in; in.state.notices.asked.insert(first); in.state.notices.fresh.insert(first); settleNotices(in.turn); }},
    Mistake{"metering.marks.size() <= metering.counted.size()", [] { InTurn in; in.state.metering.marks[app]; settleMetering(in.turn); }},
    Mistake{"!state.asked", [] { InTurn in; const Job job; const AskedAbout asked(in.state, job); checkState(in.state); }},
    Mistake{"waiting.forSlot <= waiting.groups.openings()", [] { InTurn in; in.state.waiting.forSlot = 1; checkState(in.state); }},
    Mistake{"state.device.sleeping == state.sleep.since.has_value()", [] { InTurn in; in.state.device.sleeping = true; checkState(in.state); }},
    Mistake{"state.networkTold.shutBy.size() <= state.apps.size()", [] { InTurn in; in.state.networkTold.shutBy.add(app); checkState(in.state); }},
    Mistake{"state.notices.asked.size() <= state.jobs.size()", [] { InTurn in; in.state.notices.asked.insert(first); checkState(in.state); }},
    Mistake{"!state.awake.on || !state.runs.empty()", [] { InTurn in; in.state.awake = {.on = true, .until = early.elapsed, .battery = {}}; checkState(in.state); }},
};
// clang-format on

} // namespace

TEST_CASE("each kind of mistake that an owner of the core could make is noticed where it is made") {
    CHECK(unnoticed(ofOneOwner) == "");
    CHECK(unnoticed(ofGroups) == "");
    CHECK(unnoticed(betweenOwners) == "");
}

TEST_CASE("a check that holds says nothing, and what has none dies without its words") { // base/result/errors.hpp
    CHECK(lastWords([] { checkState(State(Constants{})); }) == "");
    CHECK(lastWords([] { InGroups().join(); }) == "");
}

} // namespace stint
