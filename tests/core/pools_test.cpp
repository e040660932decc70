// Pools and moves (jobs.md §14.1, §14.6): the part that scenarios cannot say.
#include <doctest/doctest.h>

#include "core/stage.hpp"

using namespace stint;

namespace {

Reply inPool(Stage& stage, std::int32_t id, std::string pool, std::int32_t depth) {
    StartTerms terms;
    terms.pool = std::move(pool);
    terms.poolDepth = depth;
    return stage.ask(Schedule{.call = {1}, .app = mail, .info = *stage.job(id).build(), .terms = std::move(terms)});
}

Reply move(Stage& stage, std::int32_t id, MoveTo to) {
    return stage.ask(MoveJob{.call = {1}, .key = Stage::key(id), .to = to});
}

} // namespace

TEST_CASE("a pool has a name and a depth, each within its bounds, or there is none") { // jobs.md §14.1
    Stage stage;
    struct Row {
        std::string name;
        std::int32_t depth;
        bool good;
    };
    for (const auto& [name, depth, good] :
         {Row{"", 0, true}, Row{"", 1, false}, Row{"a", 0, false}, Row{"a", 1, true}, Row{"a", 100, true},
          Row{"a", 101, false}, Row{"a", -1, false}, Row{std::string(200, 'a'), 1, true},
          Row{std::string(201, 'a'), 1, false}}) {
        CAPTURE(name.size());
        CAPTURE(depth);
        const Reply reply = inPool(stage, 1, name, depth);
        CHECK(!reply.error == good);
        if (reply.error) CHECK(reply.error->code == Errc::ILLEGAL_ARGUMENT);
    }
}

TEST_CASE("what waits for its pool tells how many run, and how many may") { // jobs.md §14.1
    Stage stage;
    inPool(stage, 1, "urls.txt", 1);
    inPool(stage, 2, "urls.txt", 1);
    const auto blockers = stage.core->explain(Stage::key(2), stage.clock());
    REQUIRE(blockers.size() == 1);
    CHECK(blockers[0].gate == "pool");
    CHECK(blockers[0].detail == "1 of \"urls.txt\" run, and 1 may at once");
}

TEST_CASE("a job that runs is not moved, nor is one that nobody knows; alone, one stays where it is") { // jobs.md §14.6
    Stage stage;
    inPool(stage, 1, "a", 1);
    CHECK(move(stage, 1, MoveTo::Top).error->code == Errc::ILLEGAL_STATE);
    CHECK(move(stage, 9, MoveTo::Top).error->code == Errc::ILLEGAL_ARGUMENT);
    inPool(stage, 2, "a", 1);
    for (const MoveTo to : {MoveTo::Top, MoveTo::Up, MoveTo::Down, MoveTo::Bottom})
        CHECK_FALSE(move(stage, 2, to).error);
}

TEST_CASE("a list whose next job begins has not become ready as a whole") { // jobs.md §9.2
    Stage stage;
    for (const std::int32_t id : {1, 2, 3, 4})
        inPool(stage, id, "a", 1);
    for (const std::int32_t id : {1, 2}) {
        stage.until(10s * id);
        stage.finish(id, false);
    }
    const auto history = stage.core->history(Stage::key(4));
    REQUIRE(history.size() == 1);
    CHECK(history[0].reasons == std::vector{PENDING_JOB_REASON_JOB_SCHEDULER_OPTIMIZATION});
}

TEST_CASE("a run counts to its pool until its end, whatever its job becomes meanwhile") { // jobs.md §14.1
    Stage stage;
    stage.behaves.answersStop = false;
    inPool(stage, 1, "a", 1);
    CHECK(stage.runs(1));
    inPool(stage, 1, "b", 1); // it waits for the run that it replaces, which is stopped
    CHECK_FALSE(
        stage.ask(EditJob{.call = {1}, .key = Stage::key(1), .conditions = {{"charging", "no"}}}).error.has_value());
    stage.behaves.answersStop = true;
    stage.until(1min); // nobody has answered: the old run is over, and the new one begins
    CHECK(stage.runs(1));
    inPool(stage, 2, "a", 1);
    CHECK(stage.runs(2));
    inPool(stage, 3, "b", 1);
    CHECK_FALSE(stage.runs(3));
}
