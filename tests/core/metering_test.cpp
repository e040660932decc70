// How what apps use of the network is counted (limits.md §14): by an edge that is asked, or by what jobs report; and
// what of it was for nothing.
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;

namespace {

Constants budgeted(Bytes bytes) {
    Constants constants;
    constants.networkBudgets = {{.app = "*", .bytes = bytes}};
    return constants;
}

/// A stage on a metered network of 8 Mbit/s, with an app on screen.
struct MeteredStage : Stage {
    explicit MeteredStage(Constants constants = {}) : Stage(std::move(constants)) {
        change([](Device& d) { d.network = cellular(8'000, 0); });
        see(mail, true);
        watch = [this](const Effect& effect) {
            if (const auto* ask = std::get_if<CountNetwork>(&effect)) asked.emplace_back(now.elapsed - at(0s), *ask);
            if (const auto* mark = std::get_if<MarkNetwork>(&effect)) marked.push_back(*mark);
        };
    }
    void begin(std::int32_t id, StartTerms terms = {}) {
        REQUIRE_FALSE(ask(Schedule{.call = {1},
                                   .app = mail,
                                   .info = *transfer(id).build(),
                                   .callerVisible = true,
                                   .terms = std::move(terms)})
                          .error);
        REQUIRE(runs(id));
    }
    void report(std::int32_t id, Bytes down) {
        event(BytesUpdated{.app = mail, .run = run(id), .down = down, .up = 0});
    }
    /// The edge's answer to the last question.
    void answer(Bytes received) {
        const CountNetwork& question = asked.back().second;
        event(NetworkUsed{question.app, question.metered, question.roaming, question.job, received, 0});
    }
    AppDay used() const {
        for (const AppView& app : appsOf(*core, clock()))
            if (app.manifest.package == mail && !app.days.empty()) return app.days.back();
        return {};
    }
    static std::vector<AppView> appsOf(const Scheduler& core, Now now) { return core.apps(now); }
    static StartTerms metered(Bytes most) {
        StartTerms terms;
        terms.meteredBytes = most;
        return terms;
    }

    /// The edge tells by itself. What it is told of a program, which no run of the app is, is none of the others.
    void telling() {
        event(NetworkCounted{.app = mail, .on = true, .tells = true});
        if (!marked.empty() && marked.back().at == 1) marked.pop_back();
    }

    /// The edge's word that a mark is passed.
    void pass(Bytes received) {
        const MarkNetwork& mark = marked.back();
        event(NetworkUsed{mark.app, mark.metered, mark.roaming, {}, received, 0});
    }

    std::vector<std::pair<Duration, CountNetwork>> asked;
    std::vector<MarkNetwork> marked;
};

MarkNetwork meteredAt(std::optional<Bytes> at) { return {.app = mail, .metered = at.has_value(), .at = at}; }

} // namespace

TEST_CASE("an app that is counted is asked when its budget could be used up, and no sooner") { // limits.md §14
    MeteredStage place(budgeted(300_MB));
    place.event(NetworkCounted{mail});
    place.begin(1);
    place.until(299s);
    CHECK(place.asked.empty());
    place.until(5min);
    REQUIRE(place.asked.size() == 1);
    CHECK(place.asked[0].second.metered);
    place.until(10min); // the stamp asks, too, and nothing else while no answer comes
    const auto unanswered = place.asked.size();
    place.answer(200_MB);
    place.until(11min + 39s);
    CHECK(place.asked.size() == unanswered);
    place.until(11min + 40s);
    CHECK(place.asked.size() == unanswered + 1);
    CHECK(place.runs(1));
    place.answer(100_MB);
    CHECK_FALSE(place.runs(1));
    CHECK(place.last(1, Trace::What::Stopped).reason == STOP_REASON_QUOTA);
    CHECK(place.why(1).back() == PENDING_JOB_REASON_QUOTA);
}

TEST_CASE("what is left is never asked about where nothing is limited, or the network costs nothing") { // limits.md §14
    MeteredStage place(budgeted(300_MB));
    place.event(NetworkCounted{mail});
    place.change([](Device& d) { d.network = Stage::wifi(); });
    place.asked.clear();
    place.begin(1);
    place.until(4min + 59s);
    CHECK(place.asked.empty());
    place.finish(1, false);
    REQUIRE(place.asked.size() == 1); // what it has used
    CHECK_FALSE(place.asked[0].second.metered);
}

TEST_CASE("what was used before the network became another one went over the one before") { // limits.md §14
    MeteredStage place(budgeted(300_MB));
    place.event(NetworkCounted{mail});
    place.begin(1);
    place.until(1min);
    place.change([](Device& d) { d.network = Stage::wifi(); });
    REQUIRE(place.asked.size() == 1);
    place.answer(50_MB);
    CHECK(place.used().metered == 50_MB);
    place.until(2min);
    place.change([](Device& d) { d.network = Stage::cellular(8'000, 0); });
    REQUIRE(place.asked.size() == 2);
    place.answer(70_MB);
    CHECK(place.used().metered == 50_MB);
    CHECK(place.used().received == 120_MB);
}

TEST_CASE("an app that is counted is not counted by what its jobs report as well") { // limits.md §14
    MeteredStage place(budgeted(300_MB));
    place.begin(1);
    place.report(1, 1_MB);
    place.report(1, 2_MB);
    CHECK(place.used().received == 1_MB); // the first report says where it began
    place.event(NetworkCounted{mail});
    place.report(1, 5_MB);
    CHECK(place.used().received == 1_MB);
    place.event(NetworkCounted{mail, false});
    place.report(1, 6_MB);
    CHECK(place.used().received == 2_MB);
}

TEST_CASE("what a job has used of its own bytes outlives the daemon") { // limits.md §14
    MeteredStage place;
    place.begin(1, MeteredStage::metered(10_MB));
    place.report(1, 0);
    place.report(1, 4_MB);
    CHECK(place.runs(1));
    place.finish(1, true);
    place.restart();
    CHECK(place.view(1)->terms.meteredUsed == 4_MB);
    place.until(1min);
    REQUIRE(place.runs(1));
    place.report(1, 4_MB);
    place.report(1, 10_MB);
    CHECK_FALSE(place.runs(1));
    CHECK(place.last(1, Trace::What::Stopped).reason == STOP_REASON_QUOTA);
    place.restart();
    place.until(1h);
    CHECK_FALSE(place.runs(1));
    place.change([](Device& d) { d.network = Stage::wifi(); });
    CHECK(place.runs(1));
}

TEST_CASE("of a job that reports nothing, what its app uses while it runs counts, and what it used last, too") { // §14
    MeteredStage place;
    place.event(NetworkCounted{mail});
    place.begin(1, MeteredStage::metered(80_MB));
    place.until(80s);
    REQUIRE(place.asked.size() == 1);
    place.answer(30_MB);
    CHECK(place.view(1)->terms.meteredUsed == 30_MB);
    place.finish(1, true);
    REQUIRE(place.asked.size() == 2);
    CHECK(place.asked[1].second.job == Stage::key(1));
    place.answer(50_MB);
    place.until(1h);
    CHECK_FALSE(place.runs(1));
    CHECK(place.why(1) == std::vector{PENDING_JOB_REASON_QUOTA});
}

TEST_CASE("what a caller says it has used of its bytes is not believed") { // limits.md §14
    MeteredStage place;
    StartTerms terms = MeteredStage::metered(10_MB);
    terms.meteredUsed = -5_MB;
    place.begin(1, terms);
    CHECK(place.view(1)->terms.meteredUsed == 0);
    const auto refused = place.ask(Schedule{.call = {1},
                                            .app = mail,
                                            .info = *place.transfer(2).build(),
                                            .callerVisible = true,
                                            .terms = MeteredStage::metered(mostCountedBytes + 1)});
    CHECK(refused.error->code == Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("what was used is written down at the end of a run, and what uses a budget up at once") { // limits.md §14
    MeteredStage place(budgeted(10_MB));
    place.begin(1);
    std::size_t written = 0;
    place.steps = [&](const Step& step) {
        for (const Record& record : step.records)
            if (const auto* saved = std::get_if<SaveApp>(&record); saved && !saved->memory.days.empty()) ++written;
    };
    place.report(1, 0);
    place.report(1, 1_MB);
    place.report(1, 2_MB);
    CHECK(written == 0);
    place.report(1, 10_MB);
    CHECK(written > 0);
    place.restart();
    CHECK(place.used().metered == 10_MB);
}

TEST_CASE("bytes that were moved again are those that were lost, in a run or between two") { // limits.md §14
    MeteredStage place;
    place.begin(1);
    place.report(1, 0);
    place.report(1, 8_MB);
    place.report(1, 1_MB); // begun anew
    CHECK(place.used().again == 7_MB);
    place.report(1, 6_MB);
    place.crash(1);
    place.until(1min);
    REQUIRE(place.runs(1));
    place.report(1, 4_MB);
    CHECK(place.used().again == 9_MB);
    place.report(1, 9_MB);
    CHECK(place.used().again == 9_MB);
    CHECK(place.used().cutShort == std::vector<DayTally>{{"LOST", 1}});
}

TEST_CASE("a run that is stopped counts under its stop reason, one that ends by itself does not") { // limits.md §14
    MeteredStage place;
    place.begin(1);
    place.begin(2);
    place.finish(2, false);
    place.change([](Device& d) { d.network.reset(); });
    CHECK(place.used().cutShort == std::vector<DayTally>{{"CONSTRAINT_CONNECTIVITY", 1}});
}

TEST_CASE(
    "an alarm that wakes the machine counts once, under its kind; one that does not, not at all") { // limits.md §14
    MeteredStage place;
    for (const bool wakeup : {true, false}) {
        Alarm alarm{.app = mail, .tag = wakeup ? "wakes" : "waits", .receiver = "Receiver", .kind = AlarmKind::Exact};
        alarm.wakeup = wakeup;
        alarm.requested = place.now.elapsed + 1min;
        alarm.requestedWall = place.clock().wall + 1min;
        REQUIRE_FALSE(place.ask(AlarmSet{{1}, alarm}).error);
    }
    place.until(5min);
    CHECK(place.used().wakeUps == std::vector<DayTally>{{"exact", 1}});
}

TEST_CASE("an edge that tells by itself is told what is left, and is not asked") { // limits.md §14
    MeteredStage place(budgeted(300_MB));
    place.telling();
    CHECK(place.marked.empty()); // nothing of it runs
    place.begin(1);
    CHECK(place.marked == std::vector{meteredAt(300_MB)});
    place.until(4min + 59s);
    CHECK(place.marked.size() == 1);
    place.until(7h); // no look, but for the stamps
    for (const auto& [when, question] : place.asked)
        CHECK(when % Constants{}.durationStamp == 0s);
    place.answer(100_MB);
    CHECK(place.marked.size() == 1); // it is passed at as much as before
    place.pass(200_MB);
    CHECK_FALSE(place.runs(1));
    CHECK(place.last(1, Trace::What::Stopped).reason == STOP_REASON_QUOTA);
    CHECK(place.why(1).back() == PENDING_JOB_REASON_QUOTA);
    CHECK(place.used().metered == 300_MB);
}

TEST_CASE("another class of network has another mark, and none where it costs nothing") { // limits.md §14
    MeteredStage place(budgeted(300_MB));
    place.telling();
    place.begin(1);
    place.change([](Device& d) { d.network = Stage::wifi(); });
    CHECK(place.marked.size() == 1); // until it is known what went over the one before
    place.answer(50_MB);
    REQUIRE(place.marked.size() == 2);
    CHECK(place.marked[1] == meteredAt({}));
    place.change([](Device& d) { d.network = Stage::cellular(8'000, 0); });
    place.answer(70_MB);
    REQUIRE(place.marked.size() == 3);
    CHECK(place.marked[2] == meteredAt(50_MB + 70_MB + 250_MB));
    place.finish(1, false);
    place.answer(0);
    CHECK(place.marked.back() == meteredAt(50_MB + 70_MB + 1)); // its processes live
}

TEST_CASE(
    "of several limits the tightest is the mark, of the app's and of those of its jobs that report nothing") { // §14
    MeteredStage place(budgeted(300_MB));
    place.telling();
    place.begin(1, MeteredStage::metered(80_MB));
    place.begin(2, MeteredStage::metered(30_MB));
    CHECK(place.marked.back() == meteredAt(30_MB));
    place.pass(31_MB);
    CHECK_FALSE(place.runs(2));
    CHECK(place.runs(1));
    place.answer(2_MB); // of the second one's last moments
    CHECK(place.view(2)->terms.meteredUsed == 33_MB);
    CHECK(place.marked.back() == meteredAt(80_MB + 2_MB));
    place.report(1, 0); // it counts for itself from here on
    CHECK(place.marked.back() == meteredAt(300_MB));
}

TEST_CASE("what is told before the budget is used up changes no mark, and a larger budget is a later one") { // §14
    MeteredStage place(budgeted(300_MB));
    place.telling();
    place.begin(1);
    place.pass(299_MB); // a day may have begun meanwhile
    CHECK(place.runs(1));
    CHECK(place.marked.size() == 1);
    place.event(PolicyChanged{{}, budgeted(400_MB)});
    CHECK(place.marked.back() == meteredAt(400_MB));
    place.event(PolicyChanged{{}, Constants{}});
    CHECK(place.marked.back() == meteredAt({}));
}

TEST_CASE("the next helper is told the mark anew, and one that tells nothing by itself is asked") { // limits.md §14
    MeteredStage place(budgeted(300_MB));
    place.telling();
    place.begin(1);
    place.pass(100_MB);
    place.event(NetworkCounted{.app = mail, .on = false});
    place.telling();
    REQUIRE(place.marked.size() == 2);
    CHECK(place.marked[1] == meteredAt(200_MB)); // it counts from nothing
    place.event(NetworkCounted{.app = mail, .on = true});
    CHECK(place.marked.size() == 2);
    place.asked.clear();
    place.until(3min + 20s);
    CHECK(place.asked.size() == 1);
}

TEST_CASE(
    "what a program has used that was no run is asked for when its app's last process has ended") { // limits.md §14
    MeteredStage stage;
    stage.event(NetworkCounted{mail, true});
    stage.asked.clear();
    stage.event(AppSeen{mail, false, true}); // stint start
    CHECK(stage.asked.empty());
    stage.event(AppSeen{mail, false, false});
    REQUIRE(stage.asked.size() == 1);
    stage.answer(15'000'000);
    CHECK(stage.used().received == 15'000'000);
}

TEST_CASE("what a program uses meanwhile is asked for a stamp after it has begun to move, and who is quiet is let be") {
    MeteredStage stage; // limits.md §14
    stage.event(NetworkCounted{.app = mail, .on = true, .tells = true});
    REQUIRE(stage.marked == std::vector{meteredAt(1)});
    stage.until(7h);
    CHECK(stage.asked.empty());
    stage.pass(60); // its first packet
    CHECK(stage.used().received == 60);
    CHECK(stage.marked.back() == meteredAt({}));
    stage.until(7h + 4min + 59s);
    CHECK(stage.asked.empty());
    stage.until(7h + 5min);
    REQUIRE(stage.asked.size() == 1);
    stage.answer(15_MB);
    CHECK(stage.used().received == 15_MB + 60);
    stage.until(7h + 10min); // it went on
    REQUIRE(stage.asked.size() == 2);
    stage.answer(0);
    CHECK(stage.marked.size() == 3);
    CHECK(stage.marked.back() == meteredAt(15_MB + 61));
    stage.until(8h);
    CHECK(stage.asked.size() == 2);
    stage.begin(1); // and asks for itself
    CHECK(stage.marked.back() == meteredAt({}));
    stage.finish(1, false);
    REQUIRE(stage.asked.size() == 3);
    stage.answer(1_MB);
    stage.event(AppSeen{mail, false, false});
    REQUIRE(stage.asked.size() == 4);
    stage.answer(1_MB);
    stage.until(9h);
    CHECK(stage.asked.size() == 4);
    CHECK(stage.marked.back() == meteredAt({}));
}
