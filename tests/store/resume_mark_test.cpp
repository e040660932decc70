// The mark by which a boot or a login knows that stintd has something to go on with (linux.md §A.6).
#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

namespace {

bool isMarked(const Scratch& scratch) { return fs::exists(scratch.store() / "resume"); }

const AppId app{"com.example.app"};

} // namespace

TEST_CASE("the store is marked as long as something waits in it") {
    const Scratch scratch;
    std::vector<Record> saved;
    std::vector<Record> dropped;
    SUBCASE("a job") {
        saved = {SaveJob{jobOf(1)}};
        dropped = {DropJob{jobOf(1).key}};
    }
    SUBCASE("an alarm") {
        saved = {SaveAlarm{{.app = app, .tag = "alarm"}}};
        dropped = {DropAlarm{app, "alarm"}};
    }
    SUBCASE("a message") {
        saved = {SaveMessage{{.id = 1, .app = app}}};
        dropped = {DropMessage{1}};
    }
    {
        auto store = openStore(scratch.store());
        REQUIRE(valueOf(store.load()).jobs.empty());
        CHECK_FALSE(isMarked(scratch));
        commit(store, {SaveCompleted{completedOf(1)}});
        CHECK_FALSE(isMarked(scratch));
        commit(store, saved);
        CHECK(isMarked(scratch));
    }
    CHECK(isMarked(scratch));
    fs::remove(scratch.store() / "resume"); // as a stintd from before the mark leaves it
    {
        auto store = openStore(scratch.store());
        REQUIRE(store.load().ok());
        CHECK(isMarked(scratch));
        commit(store, dropped);
    }
    CHECK_FALSE(isMarked(scratch));
}

TEST_CASE("the mark is there before a job is accepted, and no commit fails for want of it") {
    const Scratch scratch;
    bool marked = false;
    auto store = openStore(scratch.store(), bootA, [&] {
        marked = isMarked(scratch);
        return true;
    });
    REQUIRE(store.load().ok());
    CHECK_FALSE(store.commit(std::vector<Record>{SaveJob{jobOf(1)}}, stamp(1s)).ok());
    CHECK(marked);

    const Scratch other;
    auto planted = openStore(other.store());
    REQUIRE(planted.load().ok());
    fs::create_directory(other.store() / "resume");
    commit(planted, {SaveJob{jobOf(1)}});
}
