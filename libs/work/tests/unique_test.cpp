// Unique work: each policy, over each state of what exists and of its leaves (jobs.md §10, unique work). What exists is
// a root and a leaf that follows it, in every pair of states that the two can be in.
#include "app.hpp"

namespace stint::work {

namespace {

enum class Comes { Nothing, Fresh, Appended, Failed, Cancelled };

struct Pair {
    State root;
    State leaf;
};

// clang-format off
constexpr Pair pairs[] = {
    {State::ENQUEUED,  State::BLOCKED},
    {State::RUNNING,   State::BLOCKED},
    {State::SUCCEEDED, State::ENQUEUED},
    {State::SUCCEEDED, State::RUNNING},
    {State::SUCCEEDED, State::SUCCEEDED},
    {State::SUCCEEDED, State::FAILED},
    {State::SUCCEEDED, State::CANCELLED},
    {State::FAILED,    State::FAILED},
    {State::CANCELLED, State::CANCELLED},
};
// clang-format on

/// Brings 1, and 2 that follows it, into these states.
void make(App& app, Pair pair) {
    REQUIRE(app.tell(unique("name", ExistingWorkPolicy::REPLACE, chain({1, 2}))).ok());
    const auto bring = [&app](int number, State state) {
        const UUID id = numbered(number);
        if (app.state(id) == state) return;
        if (state == State::CANCELLED) {
            REQUIRE(app.tell(Cancel{id}).ok());
            return;
        }
        REQUIRE(app.begin(id));
        if (state == State::SUCCEEDED) app.succeed(id);
        if (state == State::FAILED) app.fail(id);
    };
    bring(1, pair.root);
    if (app.state(numbered(2)) != pair.leaf) bring(2, pair.leaf);
    REQUIRE(app.state(numbered(1)) == pair.root);
    REQUIRE(app.state(numbered(2)) == pair.leaf);
}

/// The outcome by the sentences of §10.
Comes expected(ExistingWorkPolicy policy, Pair pair) {
    const bool unfinished = !isFinished(pair.root) || !isFinished(pair.leaf);
    switch (policy) {
    case ExistingWorkPolicy::KEEP:
        return unfinished ? Comes::Nothing : Comes::Fresh;
    case ExistingWorkPolicy::REPLACE:
        return Comes::Fresh;
    case ExistingWorkPolicy::APPEND:
        return pair.leaf == State::FAILED      ? Comes::Failed
               : pair.leaf == State::CANCELLED ? Comes::Cancelled
                                               : Comes::Appended;
    case ExistingWorkPolicy::APPEND_OR_REPLACE:
        return pair.leaf == State::FAILED || pair.leaf == State::CANCELLED ? Comes::Fresh : Comes::Appended;
    }
    return Comes::Nothing;
}

void judge(App& app, Pair pair, Comes comes) {
    const Request* added = app.find(numbered(3));
    if (comes == Comes::Nothing) {
        CHECK(added == nullptr);
        CHECK(app.state(numbered(1)) == pair.root);
        CHECK(app.state(numbered(2)) == pair.leaf);
        return;
    }
    REQUIRE(added != nullptr);
    CHECK(added->name == "name");
    if (comes == Comes::Fresh) {
        CHECK(added->state == State::ENQUEUED);
        CHECK(app.find(numbered(1)) == nullptr); // deleted
        CHECK(app.find(numbered(2)) == nullptr);
        CHECK(added->parents.empty());
        return;
    }
    CHECK(app.state(numbered(1)) == pair.root);
    CHECK(app.state(numbered(2)) == pair.leaf);
    CHECK(added->parents == std::set{numbered(2)}); // the leaf, not the root
    CHECK(added->state == (comes == Comes::Failed          ? State::FAILED
                           : comes == Comes::Cancelled     ? State::CANCELLED
                           : pair.leaf == State::SUCCEEDED ? State::ENQUEUED
                                                           : State::BLOCKED));
}

} // namespace

TEST_CASE("every policy does what it says to whatever exists") { // jobs.md §10, unique work
    using enum ExistingWorkPolicy;
    for (const auto policy : {REPLACE, KEEP, APPEND, APPEND_OR_REPLACE}) {
        for (const Pair pair : pairs) {
            CAPTURE(static_cast<int>(policy));
            CAPTURE(nameOf(pair.root));
            CAPTURE(nameOf(pair.leaf));
            App app;
            make(app, pair);
            const bool ran = pair.root == State::RUNNING || pair.leaf == State::RUNNING;
            REQUIRE(app.tell(unique("name", policy, enqueue({once(3)}))).ok());
            const Comes comes = expected(policy, pair);
            judge(app, pair, comes);
            CHECK(app.workers.stopping.empty() == !(ran && comes == Comes::Fresh)); // what is deleted is told to stop
            app.dieAndBegin();
            if (!ran || comes == Comes::Fresh) judge(app, pair, comes);
        }
    }
}

TEST_CASE("the very request that is there may come again: its policy decides") { // jobs.md §10, unique work
    const auto again = [](ExistingWorkPolicy policy) { return unique("name", policy, enqueue({once(1)})); };
    App app;
    REQUIRE(app.tell(again(ExistingWorkPolicy::KEEP)).ok());
    const std::int64_t first = app.find(numbered(1))->sequence;
    REQUIRE(app.tell(again(ExistingWorkPolicy::KEEP)).ok());
    CHECK(app.find(numbered(1))->sequence == first);
    REQUIRE(app.begin(numbered(1)));
    app.pass(1min);
    REQUIRE(app.tell(again(ExistingWorkPolicy::REPLACE)).ok());
    CHECK(app.find(numbered(1))->sequence != first);
    CHECK(app.find(numbered(1))->enqueuedAt == app.now.wall);
    CHECK(app.state(numbered(1)) == State::ENQUEUED);
    // The worker of the one before leaves first, and its answer is not the new one's.
    CHECK(app.workers.stopping.contains(numbered(1)));
    CHECK(app.begin(numbered(1)));
    CHECK(app.workers.begun.size() == 1);
    app.succeed(numbered(1));
    CHECK(app.state(numbered(1)) == State::RUNNING);
    CHECK(app.workers.begun.size() == 2);
    CHECK(!app.workers.overlapped);
    app.succeed(numbered(1));
    CHECK(app.state(numbered(1)) == State::SUCCEEDED);
    REQUIRE(app.tell(again(ExistingWorkPolicy::KEEP)).ok()); // it has ended: KEEP replaces it
    CHECK(app.state(numbered(1)) == State::ENQUEUED);
    app.dieAndBegin();
    app.run(numbered(1));

    REQUIRE(app.tell(EnqueuePeriodic{periodic(2), "often", ExistingPeriodicWorkPolicy::KEEP}).ok());
    for (const auto policy : {ExistingPeriodicWorkPolicy::KEEP, ExistingPeriodicWorkPolicy::CANCEL_AND_REENQUEUE})
        CHECK(app.tell(EnqueuePeriodic{periodic(2), "often", policy}).ok());
    CHECK(app.state(numbered(2)) == State::ENQUEUED);
}

TEST_CASE("what replaces a running request of the same id in a process that dies is begun once") { // jobs.md §10
    App app;
    REQUIRE(app.tell(unique("name", ExistingWorkPolicy::REPLACE, enqueue({once(1)}))).ok());
    REQUIRE(app.begin(numbered(1)));
    REQUIRE(app.tell(unique("name", ExistingWorkPolicy::REPLACE, enqueue({once(1)}))).ok());
    CHECK(app.find(numbered(1))->session.has_value()); // a worker is still at work on the one before
    app.dieAndBegin();
    CHECK(!app.find(numbered(1))->session.has_value());
    app.run(numbered(1));
    CHECK(app.state(numbered(1)) == State::SUCCEEDED);
}

TEST_CASE("where nothing has the name, every policy begins") { // jobs.md §10, unique work
    using enum ExistingWorkPolicy;
    for (const auto policy : {REPLACE, KEEP, APPEND, APPEND_OR_REPLACE}) {
        App app;
        REQUIRE(app.tell(unique("name", policy, chain({1, 2}))).ok());
        CHECK(app.state(numbered(1)) == State::ENQUEUED);
        CHECK(app.state(numbered(2)) == State::BLOCKED);
    }
}

TEST_CASE("what was appended begins when the leaves before it have succeeded") { // jobs.md §10, unique work
    App app;
    REQUIRE(app.tell(unique("name", ExistingWorkPolicy::APPEND, enqueue({once(1), once(2)}))).ok());
    REQUIRE(app.tell(unique("name", ExistingWorkPolicy::APPEND, enqueue({once(3)}))).ok());
    CHECK(app.find(numbered(3))->parents == std::set{numbered(1), numbered(2)});
    app.run(numbered(1), text("a", "1"));
    app.run(numbered(2), text("b", "2"));
    REQUIRE(app.begin(numbered(3)));
    CHECK(app.workers.running.at(numbered(3)).inputs.front().getString("a") == "1");
    CHECK(app.workers.running.at(numbered(3)).inputs.front().getString("b") == "2");
}

TEST_CASE("what follows a chain that was kept, follows what exists") { // ours
    App app;
    REQUIRE(app.tell(unique("name", ExistingWorkPolicy::KEEP, enqueue({once(1)}))).ok());
    Enqueue joined = enqueue({once(2), once(3)});
    joined.names.push_back({"name", ExistingWorkPolicy::KEEP});
    joined.nodes[0].unique = 0;
    joined.nodes.push_back({once(4), {numbered(2), numbered(3)}, {}});
    REQUIRE(app.tell(joined).ok());
    CHECK(app.find(numbered(2)) == nullptr);
    CHECK(app.find(numbered(4))->parents == std::set{numbered(1), numbered(3)});
}

TEST_CASE("a periodic one of the name: KEEP, UPDATE and CANCEL_AND_REENQUEUE, in each of its states") {
    using enum ExistingPeriodicWorkPolicy; // jobs.md §10, unique work
    for (const auto policy : {KEEP, UPDATE, CANCEL_AND_REENQUEUE}) {
        for (const State state : {State::ENQUEUED, State::RUNNING, State::CANCELLED}) {
            CAPTURE(static_cast<int>(policy));
            CAPTURE(nameOf(state));
            App app;
            REQUIRE(app.tell(EnqueuePeriodic{periodic(1, 24h), "name", KEEP}).ok());
            const WallTime enqueued = app.now.wall;
            app.pass(1h);
            if (state == State::RUNNING) REQUIRE(app.begin(numbered(1)));
            if (state == State::CANCELLED) REQUIRE(app.tell(Cancel{numbered(1)}).ok());
            Spec next = periodic(2, 12h);
            next.tags = {"new"};
            REQUIRE(app.tell(EnqueuePeriodic{next, "name", policy}).ok());
            const bool fresh = state == State::CANCELLED || policy == CANCEL_AND_REENQUEUE;
            CHECK((app.find(numbered(2)) != nullptr) == fresh);
            CHECK((app.find(numbered(1)) == nullptr) == fresh);
            if (fresh) continue;
            const Request& kept = *app.find(numbered(1));
            CHECK(kept.state == state);
            CHECK(kept.enqueuedAt == enqueued);
            CHECK(kept.generation == (policy == UPDATE ? 1 : 0));
            CHECK(kept.spec.tags.contains("new") == (policy == UPDATE));
            CHECK(kept.notBefore == enqueued); // it keeps its time
            CHECK(app.workers.stopping.empty());
        }
    }
}

TEST_CASE("names of periodic and of one-time work do not mix where they cannot") { // jobs.md §10
    App app;
    REQUIRE(app.tell(EnqueuePeriodic{periodic(1), "often", ExistingPeriodicWorkPolicy::KEEP}).ok());
    CHECK(app.error(unique("often", ExistingWorkPolicy::APPEND, enqueue({once(2)}))) ==
          "\"often\" is the name of periodic work, which may not be in a chain: nothing can be appended to it");
    REQUIRE(app.tell(unique("once", ExistingWorkPolicy::KEEP, enqueue({once(3)}))).ok());
    CHECK(app.error(EnqueuePeriodic{periodic(4), "once", ExistingPeriodicWorkPolicy::UPDATE}) ==
          "\"once\" is the name of one-time work, which cannot be updated to a periodic one");
    CHECK(app.error(unique("", ExistingWorkPolicy::KEEP, enqueue({once(5)}))) == "unique work without a name");
}

} // namespace stint::work
