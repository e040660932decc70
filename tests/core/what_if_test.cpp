// The forecast for a job if something were otherwise (jobs.md §9.6).
#include <chrono>

#include "core/timeline.hpp"

using namespace stint;

namespace {

Forecast ask(const Stage& stage, std::int32_t id, const Supposed& supposed = {}) {
    auto forecast = stage.core->whatIf(Stage::key(id), supposed, stage.clock());
    REQUIRE(forecast.ok());
    return *forecast;
}

/// The stage's device, but for the change that `change` makes.
template <class Change> Supposed with(const Stage& stage, std::string key, std::string value, Change change) {
    Supposed supposed{.words = {{std::move(key), std::move(value)}}, .device = stage.device};
    change(*supposed.device);
    return supposed;
}

Supposed unplugged(const Stage& stage) {
    return with(stage, "charging", "no", [](Device& d) {
        d.plugged = false;
        d.charging = false;
    });
}

/// All that a caller may see of the core.
std::string lookOf(const Stage& stage) {
    std::string look;
    const auto add = [&look](std::optional<Instant> when) {
        look += when ? std::to_string(when->time_since_epoch().count()) + ' ' : "- ";
    };
    add(stage.core->nextDeadline());
    for (int id = 1; id <= 12; ++id) {
        const auto view = stage.view(id);
        if (!view) continue;
        look += std::to_string(id) + std::string(nameOf(view->state)) + view->waitsFor;
        for (const HistoryEntry& entry : stage.core->history(Stage::key(id)))
            look += std::to_string(entry.when.time_since_epoch().count());
    }
    for (const auto& [when, trace] : stage.traces)
        look += std::to_string(when.time_since_epoch().count()) + std::string(nameOf(trace.what));
    return look;
}

void asStintWhy(const Stage& stage, int id, const JobView& view) {
    const auto forecast = stage.core->whatIf(Stage::key(id), {}, stage.clock());
    RC_ASSERT(forecast.ok());
    RC_ASSERT(forecast->runs == (view.state == JobView::State::Running));
    RC_ASSERT(forecast->blockers == stage.core->explain(Stage::key(id), stage.clock()));
    if (view.earliest) RC_ASSERT(forecast->starts == view.earliest);
    RC_ASSERT(!forecast->starts || forecast->runs || *forecast->starts >= stage.clock().wall);
    RC_ASSERT(!forecast->says.empty());
}

Supposed anything(const Stage& stage, const Happening& h) {
    Supposed supposed{.words = {{"bucket", "rare"}}, .device = stage.device, .bucket = Bucket::Rare};
    if (bit(h.how, 0)) supposed.bucket = Bucket::Restricted;
    if (bit(h.how, 1)) supposed.device->network.reset();
    if (bit(h.how, 2)) supposed.device->charging = !supposed.device->charging.value_or(false);
    if (bit(h.how, 3)) supposed.device->dozeForce = DozeForce::Idle;
    return supposed;
}

} // namespace

TEST_CASE("nothing supposed, it says what `stint why` says, whatever has happened") { // jobs.md §9.6
    holds("as why", 60, [] {
        const auto timeline = *timelines();
        Stage stage;
        for (std::size_t n = 0; n < timeline.size(); ++n) {
            happen(stage, timeline[n]);
            if (n % 10 != 0) continue;
            for (int id = 1; id <= 12; ++id)
                if (const auto view = stage.view(id); view && view->state != JobView::State::Finished)
                    asStintWhy(stage, id, *view);
        }
    });
}

TEST_CASE("whatever is supposed, nothing of it comes to pass") { // jobs.md §9.6
    holds("no trace", 60, [] {
        const auto timeline = *timelines();
        Stage asked, other;
        for (std::size_t n = 0; n < timeline.size(); ++n) {
            happen(asked, timeline[n]);
            happen(other, timeline[n]);
            if (n % 5 == 0)
                for (int id = 1; id <= 12; ++id)
                    (void)asked.core->whatIf(Stage::key(id), anything(asked, timeline[n]), asked.clock());
        }
        RC_ASSERT(lookOf(asked) == lookOf(other));
        RC_ASSERT(asked.core->staleVerdicts(asked.clock()) == std::vector<std::string>{});
    });
}

TEST_CASE("a job that charges would stop, and wait for the plug; one that does not would go on") {
    Stage stage; // jobs.md §9.6
    stage.schedule(stage.job(1).setRequiresCharging(true));
    stage.schedule(stage.job(2));
    REQUIRE(stage.runs(1));
    const Forecast stopped = ask(stage, 1, unplugged(stage));
    CHECK_FALSE(stopped.runs);
    REQUIRE_FALSE(stopped.blockers.empty());
    CHECK(stopped.blockers.front().gate == "charging");
    CHECK_FALSE(stopped.starts);
    CHECK(stopped.says.starts_with("if you unplug now, it waits, and nobody can say until when: "));
    CHECK(ask(stage, 2, unplugged(stage)).runs);
    CHECK(stage.runs(1)); // it has only been asked
    CHECK(ask(stage, 1).says.starts_with("as things are, it runs now"));
}

TEST_CASE("a run whose size is known ends when it is moved, at the rate it has; else at its limit at the latest") {
    Stage stage;                                                               // jobs.md §9.6
    stage.schedule(stage.transfer(1).setEstimatedNetworkBytes(50'000'000, 0)); // 8 s at 50 Mbit/s
    const Forecast begun = ask(stage, 1);
    CHECK(begun.ends == stage.clock().wall + 8s);
    CHECK_FALSE(begun.atLatest);
    stage.event(BytesUpdated{.app = mail, .run = stage.run(1), .down = 0, .up = 0});
    stage.until(20s);
    stage.event(BytesUpdated{.app = mail, .run = stage.run(1), .down = 10'000'000, .up = 0}); // slower than was said
    CHECK(ask(stage, 1).ends == stage.clock().wall + 80s);
    stage.schedule(stage.job(2));
    const Forecast unknown = ask(stage, 2);
    CHECK(unknown.atLatest);
    CHECK(unknown.ends == stage.view(2)->clocks->limit);
}

TEST_CASE("what waits for a slot starts when the transfers before it are done") { // jobs.md §9.6
    Constants constants;
    constants.slots = 1;
    Stage stage(constants);
    stage.schedule(
        stage.job(1).setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY).setEstimatedNetworkBytes(50'000'000, 0), false);
    REQUIRE(stage.runs(1));
    stage.schedule(stage.job(2), false);
    REQUIRE_FALSE(stage.runs(2));
    CHECK_FALSE(stage.view(2)->earliest); // no forecast, as another has to end first
    CHECK(ask(stage, 2).starts == stage.clock().wall + 8s);
}

TEST_CASE("another bucket: of the copy's app alone") { // jobs.md §9.6
    Constants constants;
    constants.quotaAllowedRare = 0s;
    Stage stage(constants);
    stage.change([](Device& d) {
        d.plugged = false;
        d.charging = false;
    });
    stage.schedule(stage.job(1).setRequiresDeviceIdle(true), false);
    const auto gates = [](const std::vector<Blocker>& blockers) {
        std::string names;
        for (const Blocker& blocker : blockers)
            names += blocker.gate + ' ';
        return names;
    };
    const Forecast forecast = ask(stage, 1, {.words = {{"bucket", "rare"}}, .bucket = Bucket::Rare});
    CHECK(forecast.says.starts_with("if its app is in the bucket rare, "));
    CHECK(gates(forecast.blockers).find("quota") != std::string::npos);
    CHECK(gates(stage.core->explain(Stage::key(1), stage.clock())).find("quota") == std::string::npos);
    CHECK(stage.core->apps(stage.clock()).at(0).bucket == Bucket::Active);
}

TEST_CASE("a job that is not there, or has ended, has no future") { // jobs.md §9.6
    Stage stage;
    CHECK(stage.core->whatIf(Stage::key(9), {}, stage.clock()).error().code == Errc::ILLEGAL_ARGUMENT);
    stage.schedule(stage.job(1));
    stage.finish(1, false);
    CHECK(stage.core->whatIf(Stage::key(1), {}, stage.clock()).error().code == Errc::ILLEGAL_STATE);
}

TEST_CASE("with a thousand jobs a question takes no longer than a turn may") { // jobs.md §9.6
    Constants constants;
    constants.maxJobsPerApp = 2000;
    constants.scheduleRate = 10'000;
    Stage stage(constants);
    for (std::int32_t id = 1; id <= 1000; ++id)
        stage.schedule(stage.job(id).setRequiredNetworkType(JobInfo::NETWORK_TYPE_ANY), false);
    const auto begin = std::chrono::steady_clock::now();
    constexpr int times = 10;
    for (int n = 0; n < times; ++n)
        ask(stage, 1000, unplugged(stage));
    const auto took = (std::chrono::steady_clock::now() - begin) / times;
    MESSAGE("what if, of 1000 jobs: ", std::chrono::duration_cast<std::chrono::microseconds>(took).count(), " us");
    CHECK(took < 2s); // a machine under load; the figure is printed
}
