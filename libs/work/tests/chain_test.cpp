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
    const Data input = app.workers.running.at(numbered(4)).inputs.front();
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

TEST_CASE("a cycle, an id twice and a periodic link are refused, and nothing is taken in") {
    App app; // jobs.md §10, chains
    REQUIRE(app.tell(enqueue({once(9)})).ok());
    Enqueue cycle = chain({1, 2});
    cycle.nodes[0].parents = {numbered(2)};
    CHECK(app.error(cycle).ends_with("a chain may have no cycle"));
    CHECK(app.error(chain({1, 2, 1})).ends_with("is in the chain twice: a chain may have no cycle"));
    Enqueue link = chain({1});
    link.nodes.push_back({periodic(2), {numbered(1)}, {}});
    CHECK(app.error(link) == "work of \"Worker\" is periodic, and may not be in a chain");
    CHECK(app.desk->engine().requests().all().size() == 1);
    app.dieAndBegin();
    CHECK(app.desk->engine().requests().all().size() == 1);
}

TEST_CASE("what follows combined chains gets their outputs as arrays, whatever its merger") { // jobs.md §10, chains
    App app;
    Enqueue event = enqueue({once(1), once(2)});
    Spec last = once(3);
    last.input = *Data::Builder().putString("own", "in").putString("a", "overwritten").build();
    event.nodes.push_back({last, {numbered(1), numbered(2)}, {}, true});
    REQUIRE(app.tell(event).ok());
    app.run(numbered(2), text("a", "two"));
    app.dieAndBegin();
    app.run(numbered(1), text("a", "one"));
    REQUIRE(app.begin(numbered(3)));
    const Data input = app.workers.running.at(numbered(3)).inputs.front();
    CHECK(input.getString("own") == "in");
    CHECK(input.getStringArray("a") == std::vector<std::string>{"two", "one"});

    Enqueue mixed = enqueue({once(4), once(5)});
    mixed.nodes.push_back({once(6), {numbered(4), numbered(5)}, {}, true});
    REQUIRE(app.tell(mixed).ok());
    app.run(numbered(4), text("a", "text"));
    app.run(numbered(5), *Data::Builder().putLong("a", 1).build());
    CHECK(!app.begin(numbered(6)));
    CHECK(app.state(numbered(6)) == State::FAILED);
}

TEST_CASE("a request that is there already is ignored, and what follows it is taken in") { // jobs.md §10, chains
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    REQUIRE(app.begin(numbered(1)));
    const Request before = *app.find(numbered(1));
    REQUIRE(app.tell(chain({1, 2})).ok());
    CHECK(*app.find(numbered(1)) == before);
    CHECK(app.find(numbered(2))->parents == std::set{numbered(1)});
    CHECK(app.workers.stopping.empty());
    app.succeed(numbered(1));
    REQUIRE(app.tell(enqueue({once(1)})).ok()); // its end stands
    CHECK(app.state(numbered(1)) == State::SUCCEEDED);
    CHECK(app.state(numbered(2)) == State::ENQUEUED);
}

TEST_CASE("cancelling what has ended cancels what follows it and has not") { // jobs.md §10, cancel
    App app;
    Enqueue graph = chain({1, 2, 3});
    graph.nodes.push_back({once(4), {numbered(1)}, {}});
    REQUIRE(app.tell(graph).ok());
    app.run(numbered(1));
    app.run(numbered(4));
    REQUIRE(app.begin(numbered(2)));
    REQUIRE(app.tell(Cancel{numbered(1)}).ok());
    CHECK(app.state(numbered(1)) == State::SUCCEEDED);
    CHECK(app.state(numbered(4)) == State::SUCCEEDED);
    CHECK(app.state(numbered(2)) == State::CANCELLED);
    CHECK(app.state(numbered(3)) == State::CANCELLED);
    CHECK(app.workers.stopping.contains(numbered(2)));
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
    CHECK(app.find(numbered(1))->notBefore == app.now.wall + 12h);
    CHECK(app.jobInfoOf(numbered(1)).isRequireCharging());
    const auto again = app.tell(Update{first});
    CHECK(again->updated == UpdateResult::APPLIED_IMMEDIATELY);
    CHECK(!app.jobInfoOf(numbered(1)).isRequireCharging());
    REQUIRE(app.tell(Cancel{numbered(1)}).ok());
    CHECK(app.tell(Update{first})->updated == UpdateResult::NOT_APPLIED);
    CHECK(app.tell(Update{once(1)}).error().code == Errc::ILLEGAL_ARGUMENT);
    CHECK(app.tell(Update{once(5)}).error().code == Errc::ILLEGAL_ARGUMENT);
}

TEST_CASE("an update of what runs holds for its next run, however this one is cut off") { // jobs.md §10, updateWork
    Spec before = once(1);
    before.constraints = Constraints::Builder().setRequiresCharging(true).build();
    before.input = text("is", "old");
    Spec after = once(1);
    after.input = text("is", "new");
    enum class Cut { Death, Timeout, Constraint, None };
    for (const Cut cut : {Cut::Death, Cut::Timeout, Cut::Constraint, Cut::None}) {
        CAPTURE(static_cast<int>(cut));
        App app;
        REQUIRE(app.tell(enqueue({before})).ok());
        REQUIRE(app.begin(numbered(1)));
        const std::int32_t old = app.jobOf(numbered(1));
        for (int times = 0; times < 2; ++times)
            CHECK(app.tell(Update{after})->updated == UpdateResult::APPLIED_FOR_NEXT_RUN);
        CHECK(app.workers.stopping.empty());
        CHECK(app.scheduler.jobs.contains(old)); // its run goes on
        CHECK(app.scheduler.jobs.size() == 2);
        CHECK(!app.jobInfoOf(numbered(1)).isRequireCharging());
        if (cut == Cut::Death) {
            app.dieAndBegin();
            CHECK(app.notices.empty());
            CHECK(app.scheduler.jobs.size() == 1);
        } else if (cut != Cut::None) {
            const auto reason = cut == Cut::Timeout ? STOP_REASON_TIMEOUT : STOP_REASON_CONSTRAINT_CHARGING;
            CHECK(!app.tell(JobStopped{old, reason})->goesOn); // the job of the new terms takes over
            CHECK(app.workers.stopping.contains(numbered(1)));
            app.retry(numbered(1));
        } else {
            REQUIRE(app.begin(numbered(1))); // the job of the new terms begins, and joins the run
            CHECK(app.workers.begun.size() == 1);
            CHECK(app.scheduler.finished == std::vector{std::pair(old, false)});
            app.stopJob(numbered(1), STOP_REASON_DEVICE_STATE);
            CHECK(app.workers.stopping.contains(numbered(1)));
            app.retry(numbered(1));
        }
        CHECK(app.find(numbered(1))->generation == 2);
        REQUIRE(app.begin(numbered(1)));
        CHECK(app.workers.running.at(numbered(1)).inputs.front().getString("is") == "new");
        app.succeed(numbered(1));
        CHECK(app.state(numbered(1)) == State::SUCCEEDED);
        app.scheduler.jobs.erase(old);
        CHECK(app.scheduler.jobs.empty());
    }
}

TEST_CASE("user-initiated work that is updated while it runs keeps its job until it is stopped") { // jobs.md §10
    Spec spec = once(1);
    spec.userInitiated = true;
    spec.constraints = Constraints::Builder().setRequiredNetworkType(NetworkType::UNMETERED).build();
    App app;
    REQUIRE(app.tell(enqueue({spec})).ok());
    REQUIRE(app.begin(numbered(1)));
    const std::int32_t old = app.jobOf(numbered(1));
    spec.constraints = Constraints::Builder().setRequiredNetworkType(NetworkType::CONNECTED).build();
    CHECK(app.tell(Update{spec})->updated == UpdateResult::APPLIED_FOR_NEXT_RUN);
    CHECK(app.jobOf(numbered(1)) == old);
    CHECK(!app.stopJob(numbered(1), STOP_REASON_CONSTRAINT_CONNECTIVITY));
    CHECK(app.jobOf(numbered(1)) != old);
    CHECK(app.jobInfoOf(numbered(1)).getNetworkType() == JobInfo::NETWORK_TYPE_ANY);
}

TEST_CASE("cancelling what was updated while it ran takes back both of its jobs") { // jobs.md §10, cancel
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    REQUIRE(app.begin(numbered(1)));
    REQUIRE(app.tell(Update{once(1)}).ok());
    CHECK(app.scheduler.jobs.size() == 2);
    REQUIRE(app.tell(Cancel{numbered(1)}).ok());
    CHECK(app.scheduler.jobs.empty());
    CHECK(app.workers.stopping.contains(numbered(1)));
}

TEST_CASE("an update reckons the wait anew, from when it began") { // jobs.md §10, updateWork
    App app;
    REQUIRE(app.tell(chain({1, 2})).ok());
    app.pass(1h);
    app.run(numbered(1));
    const WallTime unblocked = app.now.wall;
    app.pass(10min);
    Spec late = once(2);
    late.initialDelay = 1h;
    REQUIRE(app.tell(Update{late}).ok());
    CHECK(app.find(numbered(2))->notBefore == unblocked + 1h);
    CHECK(app.jobInfoOf(numbered(2)).getMinimumLatency() == Duration(50min));

    Spec retried = once(3);
    REQUIRE(app.tell(enqueue({retried})).ok());
    REQUIRE(app.begin(numbered(3)));
    app.retry(numbered(3));
    const WallTime failed = app.now.wall;
    app.pass(10s);
    retried.backoffPolicy = BackoffPolicy::LINEAR;
    retried.backoffDelay = 1h;
    REQUIRE(app.tell(Update{retried}).ok());
    CHECK(app.find(numbered(3))->notBefore == failed + 1h);

    const WallTime enqueued = app.now.wall;
    REQUIRE(app.tell(enqueue({periodic(4, 24h)})).ok());
    app.pass(1min);
    Spec delayed = periodic(4, 24h, 6h);
    delayed.initialDelay = 2h;
    REQUIRE(app.tell(Update{delayed}).ok());
    CHECK(app.find(numbered(4))->notBefore == enqueued + 2h + 18h); // its first run
    app.pass(20h);
    app.run(numbered(4));
    const WallTime ended = app.now.wall;
    app.pass(1h);
    delayed.initialDelay = 5h; // of the first run alone
    delayed.period = {12h, 12h};
    REQUIRE(app.tell(Update{delayed}).ok());
    CHECK(app.find(numbered(4))->notBefore == ended + 12h);
    REQUIRE(app.begin(numbered(4)));
    REQUIRE(app.stopJob(numbered(4), STOP_REASON_DEVICE_STATE));
    const WallTime stopped = app.find(numbered(4))->notBefore;
    REQUIRE(app.tell(Update{periodic(4, 48h)}).ok());
    CHECK(app.find(numbered(4))->notBefore == stopped); // it was begun already
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

TEST_CASE("of thousands each may be refused as expedited work, and the rest goes on") { // jobs.md §10, expedited
    constexpr int count = 10'000;
    for (const auto policy :
         {OutOfQuotaPolicy::DROP_WORK_REQUEST, OutOfQuotaPolicy::RUN_AS_NON_EXPEDITED_WORK_REQUEST}) {
        App app;
        app.scheduler.refusesExpedited = true;
        std::vector<Spec> many(count, once(0));
        for (int i = 0; i < count; ++i) {
            many[static_cast<std::size_t>(i)].id = numbered(i + 1);
            many[static_cast<std::size_t>(i)].expedited = policy;
        }
        many.push_back(once(count + 1));
        REQUIRE(app.tell(enqueue(std::move(many))).ok());
        const bool isDropped = policy == OutOfQuotaPolicy::DROP_WORK_REQUEST;
        CHECK(app.scheduler.jobs.size() == (isDropped ? 1 : 20));
        CHECK(app.state(numbered(count)) == (isDropped ? State::CANCELLED : State::ENQUEUED));
        CHECK(app.state(numbered(count + 1)) == State::ENQUEUED);
    }
}

TEST_CASE("expedited work that is dropped is not begun in a visible process, either") { // jobs.md §10, expedited
    App app;
    app.scheduler.refusesExpedited = true;
    app.desk->setVisible(true);
    Spec spec = once(1);
    spec.expedited = OutOfQuotaPolicy::DROP_WORK_REQUEST;
    REQUIRE(app.tell(enqueue({spec})).ok());
    CHECK(app.state(numbered(1)) == State::CANCELLED);
    CHECK(app.workers.stopping.contains(numbered(1)));
}

TEST_CASE("a request whose job the scheduler refuses waits alone, and is tried again later") { // jobs.md §10, limits
    App app;
    app.scheduler.refusesTriggers = true;
    const auto watching = [](int number) {
        Spec spec = once(number);
        spec.constraints =
            Constraints::Builder().addContentUriTrigger("/photos/" + std::to_string(number), false).build();
        return spec;
    };
    CHECK(app.tell(enqueue({watching(1)}))->refused->code == Errc::ILLEGAL_ARGUMENT);
    CHECK(app.scheduler.calls == 1);
    for (int number = 2; number <= 15; ++number)
        CHECK(app.tell(enqueue({watching(number)}))->refused.has_value());
    CHECK_FALSE(app.tell(enqueue({once(50)}))->refused);
    app.run(numbered(50));
    CHECK(app.scheduler.calls == 16); // one for each
    app.desk->setVisible(true);
    REQUIRE(app.tell(enqueue({once(51)})).ok());
    app.succeed(numbered(51));
    CHECK(app.scheduler.calls == 17);
    SUBCASE("once its time has come") {
        app.scheduler.refusesTriggers = false;
        app.now.elapsed = *app.desk->nextDeadline();
        REQUIRE(app.desk->meetDeadline(app.now).ok());
    }
    SUBCASE("at once where it is updated") {
        for (int number = 1; number <= 15; ++number)
            REQUIRE(app.tell(Update{once(number)}).ok());
    }
    CHECK(app.scheduler.jobs.size() == 15);
}

} // namespace stint::work
