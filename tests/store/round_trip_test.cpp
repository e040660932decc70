#include <map>

#include "stintd/store/opening.hpp"
#include "stintd/store/schema.hpp"
#include "store/fixture.hpp"

using namespace stint;
using namespace stint::test;

namespace {

std::vector<std::string> jobTexts(const Snapshot& snapshot) {
    std::vector<std::string> texts;
    for (const auto& stored : snapshot.jobs)
        texts.push_back(textOf(stored.job));
    return texts;
}

} // namespace

TEST_CASE("a job comes back with every field and the boot it was written in") { // jobs.md §7.1, §12.5
    const Scratch scratch;
    std::vector<Job> rows(1, jobOf(1));
    const auto row = [&](auto change) {
        rows.push_back(jobOf(static_cast<std::int32_t>(rows.size()) + 1));
        change(rows.back());
    };
    row([](Job& job) { job.key.app.name = "org.example.ünïcode"; });
    row([](Job& job) { job.key.space = "a 'quoted' \"space\""; });
    row([](Job& job) { job.key.id = std::numeric_limits<std::int32_t>::min(); });
    row([](Job& job) { job.scheduled = wall(-5ms); });
    row([](Job& job) { job.enqueued = at(123456789012345ms); });
    row([](Job& job) { job.sequence = std::numeric_limits<std::uint64_t>::max(); });
    row([](Job& job) { job.failures = 12; });
    row([](Job& job) { job.systemStops = 13; });
    row([](Job& job) { job.notBefore = at(0ms); });
    row([](Job& job) { job.notBeforeWall = wall(1ms); });
    row([](Job& job) { job.details.edit().cumulative = 24h; });
    row([](Job& job) { job.demotedByUser = true; });
    row([](Job& job) { job.demotedBySystem = true; });
    row([](Job& job) { job.exemptionLost = !job.exemptionLost; });
    row([](Job& job) { job.running = true; });
    row([](Job& job) { job.deadline = at(7s); });
    row([](Job& job) { job.deadlineWall = wall(8s); });
    row([](Job& job) { job.details.edit().windowEnd = at(9s); });
    row([](Job& job) { job.details.edit().windowEndWall = wall(10s); });
    row([](Job& job) { job.details.edit().abandoned = 4; });
    row([](Job& job) { job.details.edit().lastSuccess = wall(11s); });
    row([](Job& job) { job.details.edit().lastFailure = wall(12s); });
    row([](Job& job) { job.details.edit().label = std::string("with a\0zero", 11); });
    row([](Job& job) {
        job.info = builtFrom(JobInfo::Builder{1, "Jobs"}.setClipData(ClipData{{{"/a", nullptr}}}, 1));
    });

    std::map<JobKey, Job> expected;
    {
        auto store = openStore(scratch.store());
        std::vector<Record> records;
        for (const auto& job : rows) {
            records.emplace_back(SaveJob{job});
            expected[job.key] = job;
        }
        commit(store, records);
    }
    const auto snapshot = reopened(scratch);
    REQUIRE(snapshot.jobs.size() == expected.size());
    auto stored = snapshot.jobs.begin();
    for (const auto& [key, job] : expected) { // by key
        CHECK(textOf(stored->job) == textOf(job));
        CHECK((stored->job.info.getClipData() || stored->job.info == job.info));
        CHECK(stored->boot == bootA);
        ++stored;
    }
}

TEST_CASE("a job that is saved again replaces the one of its key, and a dropped one is gone") {
    const Scratch scratch;
    auto store = openStore(scratch.store());
    commit(store, {SaveJob{jobOf(1)}, SaveJob{jobOf(2)}, SaveJob{jobOf(3)}});
    auto changed = jobOf(2);
    changed.failures = 9;
    changed.notBefore = at(5s);
    auto otherSpace = jobOf(2);
    otherSpace.key.space = "elsewhere";
    commit(store, {SaveJob{changed}, DropJob{jobOf(1).key}, SaveJob{otherSpace}, DropJob{jobOf(77).key}});
    const auto snapshot = valueOf(store.load());
    CHECK(jobTexts(snapshot) == std::vector{textOf(changed), textOf(otherSpace), textOf(jobOf(3))});
}

TEST_CASE("what has changed for a job comes back in its boot, and goes with the job") { // jobs.md §3.2, §12.5
    const Scratch scratch;
    const ContentChanges photos{.first = at(1s), .ready = at(11s), .uris = {"/photos/1", "/photos/ünïcode \"2\""}};
    const ContentChanges music{.first = at(2s), .ready = at(3s), .uris = {"/music"}};
    {
        auto store = openStore(scratch.store());
        for (const int id : {1, 2, 3, 4})
            commit(store, {SaveJob{jobOf(id)}, SaveContent{jobOf(id).key, music}});
        commit(store, {SaveContent{jobOf(1).key, photos}, SaveContent{jobOf(2).key, {}}, DropJob{jobOf(3).key}});
        commit(store, {SaveJob{jobOf(3)}, SaveContent{jobOf(9).key, {}}});
    }
    const std::map<JobKey, ContentChanges> kept{{jobOf(1).key, photos}, {jobOf(4).key, music}};
    CHECK((reopened(scratch).content == kept));
    CHECK(reopened(scratch, bootB).content.empty());
}

TEST_CASE("work items come back oldest first with their deliveries, none of them handed out") { // jobs.md §2.5, §7.1
    const Scratch scratch;
    const auto key = jobOf(1).key;
    const auto itemOf = [](std::uint64_t id, std::int32_t deliveries) {
        WorkItem item{.id = id, .estimatedDown = 5_GiB, .estimatedUp = 7, .minimumChunk = 1_MiB};
        item.extras.putInt("nth", static_cast<std::int32_t>(id));
        item.deliveries = deliveries;
        return item;
    };
    {
        auto store = openStore(scratch.store());
        commit(store, {SaveJob{jobOf(1)}, SaveJob{jobOf(2)}});
        for (const std::uint64_t id : {3, 1, 2, 4})
            commit(store, {SaveWork{key, itemOf(id, 0)}});
        auto handedOut = itemOf(2, 1);
        handedOut.active = true;
        commit(store, {SaveWork{key, handedOut}, DropWork{key, 1}, DropWork{key, 77}});
        auto failed = jobOf(1); // a job that is written again keeps its work
        failed.failures = 3;
        commit(store, {SaveJob{failed}});
    }
    auto expected = jobOf(1);
    expected.failures = 3;
    expected.details.edit().work = {itemOf(2, 1), itemOf(3, 0), itemOf(4, 0)};
    const auto snapshot = reopened(scratch);
    CHECK(jobTexts(snapshot) == std::vector{textOf(expected), textOf(jobOf(2))});
    CHECK(snapshot.jobs.at(0).job.details->work == expected.details->work);
    CHECK(snapshot.jobs.at(0).job.details->nextWork == 5);
    CHECK(snapshot.jobs.at(1).job.details->nextWork == 1);
}

TEST_CASE("a dropped job's work goes with it, and the next job of that id has none of it") { // jobs.md §2.4
    const Scratch scratch;
    auto store = openStore(scratch.store());
    auto neighbour = jobOf(1).key;
    neighbour.space = "elsewhere";
    auto other = jobOf(1);
    other.key = neighbour;
    commit(store,
           {SaveJob{jobOf(1)}, SaveJob{other}, SaveWork{jobOf(1).key, {.id = 1}}, SaveWork{neighbour, {.id = 1}}});
    commit(store, {DropJob{jobOf(1).key}, SaveJob{jobOf(1)}});
    const auto snapshot = valueOf(store.load());
    CHECK(snapshot.jobs.at(0).job.details->work.empty());
    CHECK(snapshot.jobs.at(1).job.details->work.size() == 1);
    CHECK(store.notes().empty());
}

TEST_CASE(
    "work of a job that could not be read is set aside, and does not join a later job of its id") { // jobs.md §7.1
    const Scratch scratch;
    auto store = openStore(scratch.store());
    commit(store, {SaveWork{jobOf(1).key, {.id = 1}}, SaveJob{jobOf(2)}, SaveWork{jobOf(2).key, {.id = 1}}});
    CHECK(valueOf(store.load()).jobs.at(0).job.details->work.size() == 1);
    const auto notes = store.notes();
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].find("its job could not be read") != std::string::npos);
    commit(store, {SaveJob{jobOf(1)}});
    CHECK(valueOf(store.load()).jobs.at(0).job.details->work.empty());
}

TEST_CASE("what marks the last commit comes back: the clock check of a boot") { // jobs.md §7.1, §7.3
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        CHECK(valueOf(store.load()).stamp.good == WallTime{});
        CHECK(!valueOf(store.load()).stamp.alive);
        done(store.commit(std::vector<Record>{SaveJob{jobOf(1)}}, stamp(1'700'000'001s)));
        CHECK(valueOf(store.load()).stamp.clockGood);
        const Stamp wrong{.alive = at(5h), .good = wall(1'700'000'002s), .clockGood = false};
        done(store.commit(std::vector<Record>{DropJob{jobOf(1).key}}, wrong));
    }
    const Stamp last = reopened(scratch, bootB).stamp;
    CHECK(last.alive == at(5h));
    CHECK(last.good == wall(1'700'000'002s));
    CHECK(!last.clockGood);
}

TEST_CASE("the newest completed jobs of each app stay, oldest first") { // jobs.md §0 completed_history
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        auto other = completedOf(99);
        other.key.app.name = "com.example.other";
        commit(store, {SaveCompleted{other, 20}});
        for (int i = 1; i <= 25; ++i)
            commit(store, {SaveCompleted{completedOf(i), 20}});
        other.key.app.name = "com.example.kept_none";
        commit(store, {SaveCompleted{other, 0}});
    }
    const auto snapshot = reopened(scratch);
    REQUIRE(snapshot.completed.size() == 21);
    for (int i = 0; i < 20; ++i)
        CHECK(snapshot.completed[static_cast<std::size_t>(i)] == completedOf(i + 6));
    CHECK(snapshot.completed[20].key.app.name == "com.example.other");
}

TEST_CASE("an uninstalled app's memory and history go, its jobs are dropped by their own records") { // jobs.md §7.4
    const Scratch scratch;
    auto store = openStore(scratch.store());
    const AppId app{"com.example.app"};
    commit(store, {SaveJob{jobOf(1)}, saved(memoryOf(1)), SaveCompleted{completedOf(1), 20}});
    commit(store, {DropApp{app}});
    auto snapshot = valueOf(store.load());
    CHECK(snapshot.apps.empty());
    CHECK(snapshot.completed.empty());
    CHECK(snapshot.jobs.size() == 1);
}

TEST_CASE("overrides of the device hold within their boot, and are replaced as a whole") { // architecture.md, store
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        commit(store, {SaveOverrides{{{"charging", "false"}, {"battery", "10"}}}});
        commit(store, {SaveOverrides{{{"charging", "true"}, {"network", "wifi unmetered"}}}});
    }
    CHECK(reopened(scratch).overrides ==
          std::map<std::string, std::string>{{"charging", "true"}, {"network", "wifi unmetered"}});
    CHECK(reopened(scratch, bootB).overrides.empty());
}

TEST_CASE("what a person says of a network is kept for good, whatever its name, and beside what is of a boot") {
    const Scratch scratch;
    const NetworkMarks marks{{"Pixel hotspot", true}, {"charging", false}, {"Caf\u00e9's \"net\"", true}};
    {
        auto store = openStore(scratch.store());
        commit(store, {SaveNetworkMarks{{{"old", true}}}, SaveOverrides{{{"charging", "false"}}}});
        commit(store, {SaveNetworkMarks{marks}, SaveOverrides{{{"charging", "true"}}}});
    }
    CHECK(reopened(scratch).networkMarks == marks);
    CHECK(reopened(scratch).overrides == std::map<std::string, std::string>{{"charging", "true"}});
    CHECK(reopened(scratch, bootB).networkMarks == marks);
    CHECK(reopened(scratch, bootB).overrides.empty());
}

TEST_CASE(
    "a restart in the same boot is no reboot, and what is committed after a load is another generation") { // jobs.md
                                                                                                           // §12.5
    const Scratch scratch;
    auto snapshot = reopened(scratch);
    CHECK(snapshot.generation == 1);
    CHECK(!snapshot.sameBoot); // nothing was ever committed
    {
        auto store = openStore(scratch.store());
        commit(store, {SaveJob{jobOf(1)}});
        CHECK(valueOf(store.load()).generation == 1);
        CHECK(valueOf(store.load()).generation == 1); // nothing was done under the first
        commit(store, {SaveJob{jobOf(1)}});
        CHECK(valueOf(store.load()).generation == 2);
        commit(store, {SaveJob{jobOf(1)}});
    }
    snapshot = reopened(scratch, bootA);
    CHECK(snapshot.sameBoot);
    CHECK(snapshot.generation == 3);
    // Looking is no commit: a daemon that dies before its first commit after a reboot meets that reboot again.
    CHECK(!reopened(scratch, bootB).sameBoot);
    CHECK(!reopened(scratch, bootB).sameBoot);
}

TEST_CASE("a row that does not match its checksum is set aside and told, the rest is kept") { // jobs.md §7.1
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        commit(store, {SaveJob{jobOf(1)}, SaveJob{jobOf(2)}});
    }
    auto bytes = bytesOf(scratch.database());
    const auto place = bytes.find("job 2"); // a word of the row, no structure of the file
    REQUIRE(place != std::string::npos);
    bytes[place] = 'J';
    writeBytes(scratch.database(), bytes);

    auto store = openStore(scratch.store());
    CHECK(jobTexts(valueOf(store.load())) == std::vector{textOf(jobOf(1))});
    const auto notes = store.notes();
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].find("its checksum does not match") != std::string::npos);
    CHECK(notes[0].find("id=2") != std::string::npos);
    CHECK(store.notes().empty());
    CHECK(valueOf(store.load()).jobs.size() == 1);
    CHECK(store.notes().empty()); // told once
    commit(store, {SaveJob{jobOf(2)}});
    CHECK(valueOf(store.load()).jobs.size() == 2);
}

TEST_CASE("a stored job that breaks a rule is set aside with the rule's name, the rest is kept") { // jobs.md §7.1, §7.2
    const Scratch scratch;
    {
        auto store = openStore(scratch.store());
        commit(store, {SaveJob{jobOf(1)}, SaveJob{jobOf(2)}, SaveJob{jobOf(3)}});
    }
    { // as a version of stint with other rules would have written them
        std::vector<std::string> notes;
        const auto directory = valueOf(StoreDirectory::claim(scratch.store()));
        auto database = valueOf(openDatabase(directory, Journal::WriteAhead, notes));
        done(database.run(
            fmt::format("UPDATE jobs SET info = replace(info, '\"priority\":500', '\"priority\":400') WHERE id = 1;"
                        "UPDATE jobs SET info = replace(info, '{{\"', '{{\"deadline\":1,\"') WHERE id = 2;"
                        "UPDATE jobs SET seal = seal({})",
                        jobsTable.columns)));
    }
    auto store = openStore(scratch.store());
    CHECK(jobTexts(valueOf(store.load())) == std::vector{textOf(jobOf(3))});
    const auto notes = store.notes();
    REQUIRE(notes.size() == 2);
    CHECK(notes[0].find("V12") != std::string::npos);
    CHECK(notes[1].find("deadline") != std::string::npos);
}
