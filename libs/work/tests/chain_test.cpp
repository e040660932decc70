// Chains, diamonds, failure and cancellation down the graph; pruning; the limit of jobs (jobs.md §10).
#include "app.hpp"

namespace stint::work {

TEST_CASE("a child is blocked until all its parents have succeeded, and has their outputs") { // jobs.md §10, chains
    App app;
    Enqueue diamond = enqueue({once(1)});
    for (const int side : {2, 3})
        diamond.nodes.push_back({once(side), {numbered(1)}, {}});
    Spec last = once(4);
    last.input = text("own", "mine");
    diamond.nodes.push_back({last, {numbered(2), numbered(3)}, {}});
    REQUIRE(app.tell(diamond).ok());
    app.run(numbered(1), text("first", "1"));
    CHECK(app.state(numbered(4)) == State::BLOCKED);
    app.run(numbered(3), text("key", "of three"));
    CHECK(app.state(numbered(4)) == State::BLOCKED);
    app.run(numbered(2), text("key", "of two")); // the later finisher wins
    CHECK(app.state(numbered(4)) == State::ENQUEUED);
    REQUIRE(app.begin(numbered(4)));
    const Data input = app.workers.running.at(numbered(4)).input;
    CHECK(input.getString("key") == "of two");
    CHECK(input.getString("own") == "mine");
    CHECK(input.getString("first") == ""); // a grandparent's is its child's, and no more
}

TEST_CASE("outputs that make no array fail who was to have them") { // jobs.md §10, chains
    App app;
    Enqueue two = enqueue({once(1), once(2)});
    Spec joined = once(3);
    joined.merger = InputMerger::ARRAY_CREATING;
    two.nodes.push_back({joined, {numbered(1), numbered(2)}, {}});
    REQUIRE(app.tell(two).ok());
    app.run(numbered(1), text("key", "text"));
    app.run(numbered(2), *Data::Builder().putInt("key", 1).build());
    CHECK(!app.begin(numbered(3)));
    CHECK(app.state(numbered(3)) == State::FAILED);
    CHECK(app.find(numbered(3))->why.starts_with("the values of \"key\" are of two types"));
}

TEST_CASE("a failed parent fails all that follows it, a cancelled one cancels it") { // jobs.md §10, chains
    for (const bool failed : {true, false}) {
        App app;
        REQUIRE(app.tell(chain({1, 2, 3})).ok());
        REQUIRE(app.begin(numbered(1)));
        if (failed) app.fail(numbered(1));
        if (!failed) REQUIRE(app.tell(Cancel{numbered(1)}).ok());
        const State state = failed ? State::FAILED : State::CANCELLED;
        CHECK(app.state(numbered(1)) == state);
        CHECK(app.state(numbered(2)) == state);
        CHECK(app.state(numbered(3)) == state);
        CHECK(app.scheduler.jobs.empty());
    }
}

TEST_CASE("a chain of ten thousand steps fails as one, without a deep stack") {
    App app;
    std::vector<int> numbers(10'000);
    for (int i = 0; i < 10'000; ++i)
        numbers[static_cast<std::size_t>(i)] = i + 1;
    REQUIRE(app.tell(chain(numbers)).ok());
    REQUIRE(app.begin(numbered(1)));
    app.fail(numbered(1));
    CHECK(app.state(numbered(10'000)) == State::FAILED);
}

TEST_CASE("a cycle, an id twice, an id of before and a periodic link are refused, and nothing is taken in") {
    App app; // jobs.md §10, chains
    REQUIRE(app.tell(enqueue({once(9)})).ok());
    Enqueue cycle = chain({1, 2});
    cycle.nodes[0].parents = {numbered(2)};
    CHECK(app.error(cycle).ends_with("a chain may have no cycle"));
    CHECK(app.error(chain({1, 2, 1})).ends_with("is in the chain twice: a chain may have no cycle"));
    CHECK(app.error(enqueue({once(1), once(9)})).ends_with("was enqueued before: each has an id of its own"));
    Enqueue link = chain({1});
    link.nodes.push_back({periodic(2), {numbered(1)}, {}});
    CHECK(app.error(link) == "work of \"Worker\" is periodic, and may not be in a chain");
    CHECK(app.desk->engine().requests().all().size() == 1);
    app.dieAndBegin();
    CHECK(app.desk->engine().requests().all().size() == 1);
}

TEST_CASE("cancel: by id, by tag, by name, all; a running worker is told to stop") { // jobs.md §10, cancel
    App app;
    Spec tagged = once(2);
    tagged.tags = {"red"};
    REQUIRE(app.tell(enqueue({once(1), tagged, once(4)})).ok());
    REQUIRE(app.tell(unique("name", ExistingWorkPolicy::KEEP, enqueue({once(3)}))).ok());
    REQUIRE(app.begin(numbered(2)));
    REQUIRE(app.tell(Cancel{numbered(1)}).ok());
    CHECK(app.state(numbered(1)) == State::CANCELLED);
    CHECK(app.state(numbered(2)) == State::RUNNING);
    REQUIRE(app.tell(Cancel{Cancel::Tag{"red"}}).ok());
    CHECK(app.state(numbered(2)) == State::CANCELLED);
    CHECK(app.workers.stopping.at(numbered(2)) == 1); // CANCELLED_BY_APP
    CHECK(app.find(numbered(2))->stopReason == 1);
    app.succeed(numbered(2)); // too late
    CHECK(app.state(numbered(2)) == State::CANCELLED);
    REQUIRE(app.tell(Cancel{Cancel::Name{"name"}}).ok());
    CHECK(app.state(numbered(3)) == State::CANCELLED);
    CHECK(app.state(numbered(4)) == State::ENQUEUED);
    REQUIRE(app.tell(Cancel{Cancel::All{}}).ok());
    CHECK(app.state(numbered(4)) == State::CANCELLED);
    CHECK(app.scheduler.jobs.empty());
    REQUIRE(app.tell(Cancel{numbered(77)}).ok()); // unknown: silently fine
}

TEST_CASE("what has ended is forgotten a day later, or now, but not while something unfinished follows it") {
    App app; // jobs.md §10, clean-up
    Spec longer = once(3);
    longer.keepResults = 48h;
    REQUIRE(app.tell(chain({1, 2})).ok());
    REQUIRE(app.tell(enqueue({longer, once(4)})).ok());
    for (const int number : {1, 3, 4})
        app.run(numbered(number));
    app.pass(24h - 1ms);
    REQUIRE(app.tell(Look{}).ok());
    CHECK(app.find(numbered(4)) != nullptr);
    app.pass(1ms);
    REQUIRE(app.tell(Look{}).ok());
    CHECK(app.find(numbered(4)) == nullptr);
    CHECK(app.find(numbered(1)) != nullptr); // its child has its input from it
    CHECK(app.find(numbered(3)) != nullptr);
    REQUIRE(app.tell(Prune{}).ok());
    CHECK(app.find(numbered(3)) == nullptr);
    CHECK(app.find(numbered(1)) != nullptr);
    app.run(numbered(2));
    REQUIRE(app.tell(Prune{}).ok());
    CHECK(app.desk->engine().requests().all().empty());
    app.dieAndBegin();
    CHECK(app.desk->engine().requests().all().empty());
}

TEST_CASE("at most as many jobs as the settings say are at the scheduler, and the rest follows in its order") {
    App app(20); // jobs.md §10, limits
    std::vector<Spec> many;
    for (int i = 1; i <= 50; ++i)
        many.push_back(once(i));
    REQUIRE(app.tell(enqueue(many)).ok());
    CHECK(app.scheduler.jobs.size() == 20);
    for (int i = 1; i <= 50; ++i) {
        app.run(numbered(i));
        CHECK(app.scheduler.jobs.size() == static_cast<std::size_t>(std::min(20, 50 - i)));
    }
}

TEST_CASE("many that wait for one thing do not keep away those that could run") { // jobs.md §10, limits
    App app(20);
    std::vector<Spec> waiting;
    for (int i = 1; i <= 30; ++i) {
        waiting.push_back(once(i));
        waiting.back().constraints = Constraints::Builder().setRequiresCharging(true).build();
    }
    REQUIRE(app.tell(enqueue(waiting)).ok());
    CHECK(app.scheduler.jobs.size() == 20);
    Spec fast = once(101);
    fast.expedited = OutOfQuotaPolicy::DROP_WORK_REQUEST;
    REQUIRE(app.tell(enqueue({once(100), fast})).ok());
    CHECK(app.scheduler.jobs.size() == 20);
    CHECK(app.find(numbered(100))->job);
    CHECK(app.find(numbered(101))->job);
    app.run(numbered(100));
    app.run(numbered(101));
    CHECK(app.scheduler.jobs.size() == 20);
}

TEST_CASE("updateWork: used from the next run on, the running worker goes on, the generation grows") { // jobs.md §10
    App app;
    Spec first = periodic(1, 24h);
    REQUIRE(app.tell(enqueue({first})).ok());
    const WallTime enqueued = app.now.wall;
    app.pass(1h);
    REQUIRE(app.begin(numbered(1)));
    Spec next = periodic(1, 12h);
    next.constraints = Constraints::Builder().setRequiresCharging(true).build();
    const auto updated = app.tell(Update{next});
    CHECK(updated->updated == UpdateResult::APPLIED_FOR_NEXT_RUN);
    CHECK(app.workers.stopping.empty());
    CHECK(app.find(numbered(1))->generation == 1);
    CHECK(app.find(numbered(1))->enqueuedAt == enqueued);
    app.succeed(numbered(1));
    CHECK(app.find(numbered(1))->notBefore == enqueued + 12h); // the phase of its period
    CHECK(app.jobInfoOf(numbered(1)).isRequireCharging());
    const auto again = app.tell(Update{first});
    CHECK(again->updated == UpdateResult::APPLIED_IMMEDIATELY);
    CHECK(!app.jobInfoOf(numbered(1)).isRequireCharging());
    REQUIRE(app.tell(Cancel{numbered(1)}).ok());
    CHECK(app.tell(Update{first})->updated == UpdateResult::NOT_APPLIED);
    CHECK(app.tell(Update{once(1)}).error().code == Errc::ILLEGAL_ARGUMENT);
    CHECK(app.tell(Update{once(5)}).error().code == Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("nothing follows periodic work, whether it was enqueued before or is kept") { // jobs.md §10, kinds
    App app;
    REQUIRE(app.tell(EnqueuePeriodic{periodic(1), "often", ExistingPeriodicWorkPolicy::KEEP}).ok());
    Enqueue after;
    after.nodes.push_back({once(2), {numbered(1)}, {}});
    CHECK(app.error(after) == numbered(2).toString() + " follows " + numbered(1).toString() +
                                  ", which is periodic, and may not be in a chain");
    Enqueue joined = unique("often", ExistingWorkPolicy::KEEP, enqueue({once(3)}));
    joined.nodes.push_back({once(4), {numbered(3)}, {}});
    CHECK(app.error(joined) ==
          "\"often\" is the name of periodic work, which may not be in a chain: nothing can be appended to it");
    CHECK(app.desk->engine().requests().all().size() == 1);
    REQUIRE(app.tell(unique("often", ExistingWorkPolicy::KEEP, enqueue({once(3)}))).ok()); // ignored, as it says
    REQUIRE(app.tell(Cancel{numbered(1)}).ok());
    REQUIRE(app.tell(joined).ok());
    CHECK(app.state(numbered(4)) == State::BLOCKED);
}

TEST_CASE("a request without constraints has its turn before many that each wait for something else") { // §10, limits
    App app;
    for (int i = 1; i <= 30; ++i) {
        Spec waits = once(i);
        waits.constraints = Constraints::Builder().addContentUriTrigger("/photos/" + std::to_string(i), false).build();
        REQUIRE(app.tell(enqueue({waits})).ok());
    }
    REQUIRE(app.tell(enqueue({once(31)})).ok());
    CHECK(app.scheduler.jobs.size() == 20);
    app.run(numbered(31));
}

} // namespace stint::work
