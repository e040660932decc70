// A store that an earlier stint wrote becomes one of ours, without losing a row or believing a damaged one.
#include "store/fixture.hpp"
#include "store/opening.hpp"
#include "store/schema.hpp"
#include "store/seal.hpp"

using namespace stint;
using namespace stint::test;

namespace {

constexpr std::string_view columnsOf1 =
    "app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops, not_before, not_before_wall, "
    "cumulative, demoted_by_user, demoted_by_system, running, label";

/// stint.db as version 1 left it: an app, and jobs 1 and 2, of which 2 was damaged on the disk since.
void makeVersion1(const StoreDirectory& directory) {
    const auto file = directory.path() / "stint.db";
    done(directory.touch(file));
    auto database = valueOf(Database::open(file));
    done(addSeal(database));
    const auto part = schemaText.substr(0, schemaText.find("\n-- version 2"));
    done(database.run(std::string{part} + "PRAGMA user_version = 1"));
    for (const int id : {1, 2}) {
        const auto values = fmt::format(
            "'com.example.app', '', {0}, '{1}', '{{\"id\":{0},\"service\":\"Jobs\",\"userInitiated\":false,"
            "\"priority\":300,\"estimatedDownloadBytes\":-1,\"estimatedUploadBytes\":-1,"
            "\"minimumNetworkChunkBytes\":-1,\"clipGrantFlags\":0,\"persisted\":true,\"requiresBatteryNotLow\":false,"
            "\"requiresCharging\":true,\"requiresStorageNotLow\":false}}', 1, 2, 3, 4, 5, 6, NULL, 7, 1, 0, 0, 'l'",
            id, bootA.value);
        done(database.run(fmt::format("INSERT INTO jobs ({0}, seal) VALUES ({1}, seal({1}))", columnsOf1, values)));
    }
    done(database.run("UPDATE jobs SET failures = 99 WHERE id = 2"));
    const auto app = fmt::format("'com.example.app', '{}', NULL, '[]', 7", bootA.value);
    done(database.run(
        fmt::format("INSERT INTO apps (app, boot, pinned, crashes, bad_until, seal) VALUES ({0}, seal({0}))", app)));
}

} // namespace

TEST_CASE(
    "a store of version 1 keeps its jobs, and a damaged row is not sealed anew") { // jobs.md §7.1; design.md, store
    const Scratch scratch;
    makeVersion1(valueOf(StoreDirectory::claim(scratch.store())));
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    REQUIRE(snapshot.jobs.size() == 1);
    const Job& job = snapshot.jobs[0].job;
    CHECK(job.key.id == JobId{1});
    CHECK(job.info->isRequireCharging());
    CHECK(job.failures == 4);
    CHECK(job.notBefore == at(6ms));
    CHECK(job.demotedByUser);
    CHECK(!job.deadline);
    CHECK(!job.windowEndWall);
    CHECK(job.abandoned == 0);
    CHECK(job.lastSuccess == WallTime{});
    CHECK(job.lastFailure == WallTime{});
    CHECK(job.work.empty());
    REQUIRE(snapshot.apps.size() == 1);
    CHECK(snapshot.apps[0].first.badUntil == at(7ms));
    CHECK(snapshot.apps[0].first.channels.empty());
    const auto notes = store.notes();
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].find("not what was written") != std::string::npos);
    CHECK(notes[0].find("id=2") != std::string::npos);
}

TEST_CASE("a migrated store takes new fields and work, and is found whole when it is opened again") {
    const Scratch scratch;
    makeVersion1(valueOf(StoreDirectory::claim(scratch.store())));
    auto job = jobOf(1);
    job.deadline = at(5s);
    {
        auto store = openStore(scratch.store());
        done(store.commit(std::vector<Record>{SaveJob{job}, SaveWork{job.key, {.id = 1}}}, wall(1s)));
    }
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    job.work = {{.id = 1}};
    CHECK(textOf(snapshot.jobs.at(0).job) == textOf(job));
    CHECK(store.notes().size() == 1); // of the damaged row
}
