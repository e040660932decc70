// The log of past runs: kept with what it tells of, bounded by count and age, read when somebody asks (jobs.md §9.4).
#include "stintd/store/opening.hpp"
#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

namespace {

SavePastRun logged(std::int32_t id, const PastRun& run, std::int64_t keep = 100) {
    return {.job = {AppId{"com.example.app"}, "", id}, .run = run, .keep = keep, .since = wall(0s)};
}

std::vector<PastRun> runsOf(Store& store, std::int32_t id, std::size_t most = 100) {
    return valueOf(store.pastRuns({AppId{"com.example.app"}, "", id}, most));
}

} // namespace

TEST_CASE("each past run of a job is told as it was, oldest first, and no other's") { // jobs.md §9.4
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        commit(store, {logged(7, pastRunOf(1)), logged(8, pastRunOf(2)), logged(7, pastRunOf(3))});
    }
    auto store = openStore(scratch.store(), bootB); // it outlives a boot
    CHECK(runsOf(store, 7) == std::vector{pastRunOf(1), pastRunOf(3)});
    CHECK(runsOf(store, 7, 1) == std::vector{pastRunOf(3)});
    CHECK(runsOf(store, 9).empty());
}

TEST_CASE("the log of an app keeps its newest runs, and takes none from another") { // jobs.md §9.4
    const Scratch scratch;
    auto store = openStore(scratch.store());
    SavePastRun other = logged(7, pastRunOf(9));
    other.job.app.name = "com.example.other";
    commit(store, {other});
    for (std::int32_t n = 1; n <= 12; ++n)
        commit(store, {logged(7, pastRunOf(n), 5)});
    const auto runs = runsOf(store, 7);
    REQUIRE(runs.size() == 5);
    CHECK(runs.front() == pastRunOf(8));
    CHECK(valueOf(store.pastRuns(other.job, 100)).size() == 1);
}

TEST_CASE("runs that are too old go when others come") { // jobs.md §9.4
    const Scratch scratch;
    auto store = openStore(scratch.store());
    for (std::int32_t n = 1; n <= 20; ++n)
        commit(store, {logged(7, pastRunOf(n))}); // run n ended at minute n + 2
    for (std::int32_t n = 21; n <= 23; ++n) {
        SavePastRun next = logged(7, pastRunOf(n));
        next.since = wall(17min);
        commit(store, {next});
    }
    const auto runs = runsOf(store, 7);
    CHECK(runs.size() == 9); // 15 to 23
    CHECK(runs.front() == pastRunOf(15));
}

TEST_CASE("a damaged entry of the log is left out, and keeps nothing else from being told or written") {
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        commit(store, {logged(7, pastRunOf(1)), logged(7, pastRunOf(2))});
    }
    {
        std::vector<std::string> notes;
        const auto directory = valueOf(StoreDirectory::claim(scratch.store()));
        auto database = valueOf(openDatabase(directory, Journal::WriteAhead, notes));
        done(database.run("UPDATE past_runs SET run = 'no JSON' WHERE nth = 1"));
    }
    auto store = openStore(scratch.store());
    CHECK(runsOf(store, 7) == std::vector{pastRunOf(2)});
    commit(store, {logged(7, pastRunOf(3))});
    CHECK(runsOf(store, 7) == std::vector{pastRunOf(2), pastRunOf(3)});
}

TEST_CASE("the highest number that the log has of each app is known after a start") { // jobs.md §2.1
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        commit(store, {logged(41, pastRunOf(1)), logged(7, pastRunOf(2))});
    }
    CHECK(reopened(scratch).highestIds == std::map<AppId, std::int32_t>{{AppId{"com.example.app"}, 41}});
}

TEST_CASE("an uninstalled app's log goes with it") { // jobs.md §7.4
    const Scratch scratch;
    auto store = openStore(scratch.store());
    commit(store, {logged(7, pastRunOf(1))});
    commit(store, {DropApp{AppId{"com.example.app"}}});
    CHECK(runsOf(store, 7).empty());
}
