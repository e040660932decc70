// A store that an earlier stint wrote becomes one of ours, without losing a row or believing a damaged one.
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "base/version/version.hpp"
#include "contract/json/job_json.hpp"
#include "stintd/store/opening.hpp"
#include "stintd/store/schema.hpp"
#include "store/fault_vfs.hpp"
#include "store/fixture.hpp"

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
    done(addRowChecksum(database));
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

TEST_CASE("a store of version 1 keeps its jobs, and a damaged row gets no new checksum") { // jobs.md §7.1;
                                                                                           // architecture.md, store
    const Scratch scratch;
    makeVersion1(valueOf(StoreDirectory::claim(scratch.store())));
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    REQUIRE(snapshot.jobs.size() == 1);
    const Job& job = snapshot.jobs[0].job;
    CHECK(job.key.id == JobId{1});
    CHECK(job.info.isRequireCharging());
    CHECK(job.failures == 4);
    CHECK(job.notBefore == at(6ms));
    CHECK(job.demotedByUser);
    CHECK(!job.deadline);
    CHECK(!job.details->windowEndWall);
    CHECK(job.details->abandoned == 0);
    CHECK(job.details->lastSuccess == WallTime{});
    CHECK(job.details->lastFailure == WallTime{});
    CHECK(job.details->work.empty());
    REQUIRE(snapshot.apps.size() == 1);
    CHECK(snapshot.apps[0].memory.badUntil == at(7ms));
    CHECK(snapshot.apps[0].memory.channels.empty());
    const auto notes = store.notes();
    REQUIRE(notes.size() == 1);
    CHECK(notes[0].find("its checksum does not match") != std::string::npos);
    CHECK(notes[0].find("id=2") != std::string::npos);
}

TEST_CASE("the store's version that `stint --version --json` tells is the one that is written") { // linux.md §A.10
    CHECK(ownBuild().storeSchema == schemaVersion());
}

TEST_CASE("a migration keeps the store before it, which the refusal of a downgrade names") { // linux.md §A.10
    const Scratch scratch;
    makeVersion1(valueOf(StoreDirectory::claim(scratch.store())));
    const auto copy = fs::path(scratch.database()).concat(".schema-1");
    {
        auto store = openStore(scratch.store());
        CHECK(valueOf(store.load()).jobs.size() == 1);
    }
    CHECK(fs::status(copy).permissions() == fs::perms{0600});
    CHECK(valueOf(valueOf(Database::open(copy)).integer("SELECT count(*) FROM jobs")) == 2);
    { openStore(scratch.store()); } // one that needs no migration keeps nothing
    const auto names = [&] {
        std::set<std::string> found;
        for (const auto& entry : fs::directory_iterator(scratch.store()))
            if (entry.path().string().find("schema-") != std::string::npos) found.insert(entry.path().filename());
        return found;
    };
    CHECK(names() == std::set<std::string>{"stint.db.schema-1"});

    // A newer stint came, and has kept two of its own: the older one's copy is the last that this one knows.
    const auto newer = schemaVersion() + 1;
    std::ofstream(fs::path(scratch.database()).concat(fmt::format(".schema-{}", newer))) << "newer";
    std::ofstream(fs::path(scratch.database()).concat(".schema-old")) << "planted";
    done(valueOf(Database::open(scratch.database())).run(fmt::format("PRAGMA user_version = {}", newer)));
    const auto refused = Store::open({scratch.store(), bootA, {}});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == Errc::ILLEGAL_STATE);
    CHECK(refused.error().message.find(copy.string() + " is a copy from before its migration") != std::string::npos);

    for (const auto* part : {"", "-wal"})
        fs::remove(fs::path(scratch.database()).concat(part));
    fs::rename(copy, scratch.database());
    CHECK(reopened(scratch).jobs.size() == 1);
}

TEST_CASE("a migration goes on without a copy where none can be made, and says so") {
    const Scratch scratch;
    makeVersion1(valueOf(StoreDirectory::claim(scratch.store())));
    fs::create_directories(fs::path(scratch.database()).concat(".copying") / "planted");
    auto store = openStore(scratch.store());
    CHECK(valueOf(store.load()).jobs.size() == 1);
    const auto notes = store.notes();
    CHECK(std::ranges::any_of(notes, [](const std::string& note) { return note.starts_with("no copy of "); }));
}

TEST_CASE("a migrated store takes new fields and work, and is found whole when it is opened again") {
    const Scratch scratch;
    makeVersion1(valueOf(StoreDirectory::claim(scratch.store())));
    auto job = jobOf(1);
    job.deadline = at(5s);
    {
        auto store = openStore(scratch.store());
        done(store.commit(std::vector<Record>{SaveJob{job}, SaveWork{job.key, {.id = 1}}}, stamp(1s)));
    }
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    job.details.edit().work = {{.id = 1}};
    CHECK(textOf(snapshot.jobs.at(0).job) == textOf(job));
    CHECK(store.notes().size() == 1); // of the damaged row
}

namespace {

constexpr std::string_view jobColumnsOf2 =
    "app, space, id, boot, info, scheduled, enqueued, sequence, failures, system_stops, not_before, not_before_wall, "
    "cumulative, demoted_by_user, demoted_by_system, running, label, deadline, deadline_wall, window_end, "
    "window_end_wall, abandoned";
constexpr std::string_view appColumnsOf2 = "app, boot, pinned, crashes, bad_until";
constexpr int jobsOf2 = 100;
constexpr std::array columnsOf10{"info", "terms", "moved", "moving_runs", "first_began"}; ///< of what has ended

/// Takes from registrations what version 17 gave them.
void dropColumnsOf17(Database& database) {
    for (const auto* column : {"unknown", "own", "vapid", "encrypted", "untold"})
        done(database.run(fmt::format("ALTER TABLE registrations DROP COLUMN {}", column)));
    done(database.run("UPDATE registrations SET seal = seal(name, app, receiver, very_low, low, normal, high, "
                      "connector, details, ended, endpoint, made, last, rotates, successor, retires, revoked)"));
}

/// Takes from registrations what version 16 gave them.
void dropColumnsOf16(Database& database) {
    dropColumnsOf17(database);
    for (const auto* column : {"rotates", "successor", "retires", "revoked"})
        done(database.run(fmt::format("ALTER TABLE registrations DROP COLUMN {}", column)));
    done(database.run("UPDATE registrations SET seal = seal(name, app, receiver, very_low, low, normal, high, "
                      "connector, details, ended, endpoint, made, last)"));
}

/// Takes away what version 15 brought: the log of messages, and when each came.
void dropColumnsOf15(Database& database) {
    dropColumnsOf16(database);
    done(database.run("DROP TABLE past_messages;"
                      "ALTER TABLE messages DROP COLUMN came;"
                      "UPDATE messages SET seal = seal(id, app, boot, receiver, arrived, arrived_wall, data, urgency, "
                      "ttl, topic, registration, deleted, line_id)"));
}

/// Takes from messages and registrations what version 14 gave them.
void dropColumnsOf14(Database& database) {
    dropColumnsOf15(database);
    for (const auto* column : {"connector", "details", "ended", "endpoint", "made", "last"})
        done(database.run(fmt::format("ALTER TABLE registrations DROP COLUMN {}", column)));
    done(database.run("UPDATE registrations SET seal = seal(name, app, receiver, very_low, low, normal, high);"
                      "ALTER TABLE messages DROP COLUMN line_id;"
                      "UPDATE messages SET seal = seal(id, app, boot, receiver, arrived, arrived_wall, data, urgency, "
                      "ttl, topic, registration, deleted)"));
}

/// Takes away what version 13 brought: messages from elsewhere.
void dropColumnsOf13(Database& database) {
    dropColumnsOf14(database);
    for (const auto* table : {"registrations", "line_place", "seen_messages"})
        done(database.run(fmt::format("DROP TABLE {}", table)));
    for (const auto* column : {"registration", "deleted"})
        done(database.run(fmt::format("ALTER TABLE messages DROP COLUMN {}", column)));
    done(database.run("UPDATE messages SET seal = seal(id, app, boot, receiver, arrived, arrived_wall, data, urgency, "
                      "ttl, topic)"));
}

/// Takes from the messages what version 12 gave them: before, one was of high priority or not.
void dropColumnsOf12(Database& database) {
    dropColumnsOf13(database);
    done(database.run("ALTER TABLE messages ADD COLUMN high INTEGER NOT NULL DEFAULT 0;"
                      "UPDATE messages SET high = 1 WHERE urgency = 'high'"));
    for (const auto* column : {"urgency", "ttl", "topic"})
        done(database.run(fmt::format("ALTER TABLE messages DROP COLUMN {}", column)));
    done(database.run("UPDATE messages SET seal = seal(id, app, boot, receiver, high, arrived, arrived_wall, data)"));
}

/// Takes from the jobs what version 11 gave them, and what came after.
void dropColumnOf11(Database& database) {
    dropColumnsOf12(database);
    done(database.run("ALTER TABLE jobs DROP COLUMN run_so_far"));
    std::string columns(jobsTable.columns);
    columns.resize(columns.rfind(", "));
    done(database.run(fmt::format("UPDATE jobs SET seal = seal({})", columns)));
}

/// Makes the store one of that version: `takeAway` takes what came after.
void leaveAs(int version, const Scratch& scratch, const std::function<void(Database&)>& takeAway) {
    auto database = valueOf(Database::open(scratch.database()));
    done(addRowChecksum(database));
    takeAway(database);
    done(database.run(fmt::format("PRAGMA user_version = {}", version)));
}

/// stint.db as version 2 left it: many jobs, one with work, and three apps; app "c" was damaged on the disk since.
void makeVersion2(const StoreDirectory& directory) {
    const auto file = directory.path() / "stint.db";
    done(directory.touch(file));
    auto database = valueOf(Database::open(file));
    done(addRowChecksum(database));
    done(database.run("PRAGMA page_size = 4096"));
    done(migrate(database, 2));
    for (int id = 1; id <= jobsOf2; ++id) {
        const auto info = jobInfoText(jobOf(id).info);
        const auto values = fmt::format(
            "'com.example.app', '', {0}, '{1}', '{2}', 1, 2, 3, 4, 5, 6, NULL, 7, 1, 0, 0, 'l', 8, NULL, 9, NULL, 10",
            id, bootA.value, info);
        done(database.run(fmt::format("INSERT INTO jobs ({0}, seal) VALUES ({1}, seal({1}))", jobColumnsOf2, values)));
    }
    constexpr std::string_view work = "'com.example.app', '', 1, 1, '{}', -1, -1, -1, 2";
    done(database.run(fmt::format("INSERT INTO work VALUES ({0}, seal({0}))", work)));
    for (const auto* app : {"a", "b", "c"}) {
        const auto values = fmt::format("'{}', '{}', 'top', '[1,2]', 99", app, bootA.value);
        done(database.run(fmt::format("INSERT INTO apps ({0}, seal) VALUES ({1}, seal({1}))", appColumnsOf2, values)));
    }
    done(database.run("UPDATE apps SET bad_until = 98 WHERE app = 'c'; UPDATE meta SET generation = 5"));
}

void checkVersion2(const Snapshot& snapshot) {
    REQUIRE(snapshot.jobs.size() == jobsOf2);
    const Job& job = snapshot.jobs.at(0).job;
    CHECK(job.info == jobOf(1).info);
    CHECK(job.deadline == at(8ms));
    CHECK(job.details->abandoned == 10);
    CHECK(!job.exemptionLost);
    CHECK(job.details->work.size() == 1);
    CHECK(snapshot.generation == 6);
    REQUIRE(snapshot.apps.size() == 2);
    for (const auto& stored : snapshot.apps) {
        AppMemory expected{.app = stored.memory.app, .pinned = ProcessState::Top};
        expected.crashes = {at(1ms), at(2ms)};
        expected.badUntil = at(99ms);
        CHECK((stored.memory == expected)); // nothing used, nothing spent
        CHECK(stored.boot == bootA);
    }
    CHECK(snapshot.content.empty());
    CHECK(snapshot.alarms.empty());
    CHECK(snapshot.messages.empty());
    CHECK(!snapshot.usageTime);
}

} // namespace

TEST_CASE(
    "a store of version 2 keeps its jobs, their work and its apps, which have used nothing yet") { // limits.md §3.4
    const Scratch scratch;
    makeVersion2(valueOf(StoreDirectory::claim(scratch.store())));
    {
        auto store = openStore(scratch.store());
        checkVersion2(valueOf(store.load()));
        const auto notes = store.notes();
        REQUIRE(notes.size() == 1);
        CHECK(notes[0].find("app=c") != std::string::npos);
        auto memory = memoryOf(1, "a");
        done(store.commit(std::vector<Record>{saved(memory), SaveAlarm{alarmOf(1)}}, stamp(1s)));
    }
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    CHECK((snapshot.apps.at(0).memory == memoryOf(1, "a")));
    CHECK(snapshot.alarms.size() == 1);
    CHECK(store.notes().empty());
}

TEST_CASE("a migration that is killed at any write is done at the next start") { // architecture.md, store
    bool ended = false;
    for (std::uint64_t nth = 1; !ended; ++nth) {
        CAPTURE(nth);
        const Scratch scratch;
        makeVersion2(valueOf(StoreDirectory::claim(scratch.store())));
        const pid_t pid = ::fork();
        REQUIRE(pid >= 0);
        if (pid == 0) {
            installFault(Fault::Kill, nth, 0);
            ::_exit(Store::open({scratch.store(), bootA, {}}).ok() ? 0 : 1);
        }
        int status = 0;
        REQUIRE(::waitpid(pid, &status, 0) == pid);
        ended = WEXITSTATUS(status) == 0;
        REQUIRE((ended || WEXITSTATUS(status) == faultExit));
        auto store = openStore(scratch.store());
        checkVersion2(valueOf(store.load()));
        CHECK(store.notes().size() == 1);
        if (ended) CHECK(nth > 5); // else the faults were not where the writes are
    }
}

TEST_CASE("a damaged store of version 2 is rebuilt by that version's checksums, and then migrated") { // jobs.md §7.1
    const Scratch scratch;
    makeVersion2(valueOf(StoreDirectory::claim(scratch.store())));
    auto bytes = bytesOf(scratch.database());
    const auto page = bytes.find("\"id\":50,") / 4096; // the middle of the jobs
    bytes.replace(page * 4096, 4096, 4096, 'x');
    writeBytes(scratch.database(), bytes);
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    CHECK(snapshot.jobs.size() >= jobsOf2 - 20);
    CHECK(snapshot.jobs.size() < jobsOf2);
    CHECK(snapshot.jobs.at(0).job.deadline == at(8ms));
    CHECK(snapshot.apps.size() == 2);
    CHECK(store.notes().size() == 1);
}

TEST_CASE("a store of version 9 keeps what has ended, which cannot be retried") { // jobs.md §14.3
    const Scratch scratch;
    const Completed ended = completedOf(2);
    done(openStore(scratch.store()).commit(std::vector<Record>{SaveCompleted{ended, 20}}, stamp(1s)));
    leaveAs(9, scratch, [](Database& database) {
        for (const auto* column : columnsOf10)
            done(database.run(fmt::format("ALTER TABLE completed DROP COLUMN {}", column)));
        done(database.run("UPDATE completed SET seal = seal(app, space, id, ended, stop_reason, internal_reason, "
                          "exit_code, text, downloaded, uploaded, label, scheduled, began, kind, url, path)"));
        dropColumnOf11(database);
    });
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    CHECK(store.notes().empty());
    REQUIRE(snapshot.completed.size() == 1);
    const Completed& kept = snapshot.completed.front();
    CHECK(kept.key == ended.key);
    CHECK(kept.outcome == ended.outcome);
    CHECK(kept.transferredDown == ended.transferredDown);
    CHECK(*kept.again == Again{});
    CHECK(kept.moved == 0);
}

TEST_CASE("a store of version 10 keeps its jobs, of whose runs nothing was written") { // jobs.md §9.4
    const Scratch scratch;
    Job running = jobOf(1);
    running.running = true;
    running.details.edit().runSoFar.edit() = {.began = WallTime{1s}, .ended = WallTime{2s}, .transferredDown = 3};
    done(openStore(scratch.store()).commit(std::vector<Record>{SaveJob{running}}, stamp(1s)));
    leaveAs(10, scratch, dropColumnOf11);
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    CHECK(store.notes().empty());
    running.details.edit().runSoFar = {};
    REQUIRE(snapshot.jobs.size() == 1);
    CHECK(textOf(snapshot.jobs[0].job) == textOf(running));
}

TEST_CASE("a store of version 16 keeps its registrations, of connectors that are known") { // push.md §4.3
    const Scratch scratch;
    Registration registration = registrationOf(12);
    REQUIRE(registration.unknown);
    done(openStore(scratch.store()).commit(std::vector<Record>{SaveRegistration{registration}}, stamp(1s)));
    leaveAs(16, scratch, dropColumnsOf17);
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    CHECK(store.notes().empty());
    registration.unknown.reset();
    registration.own.clear();
    registration.vapid.clear();
    CHECK(snapshot.registrations == std::vector{registration});
}

TEST_CASE("a store of version 15 keeps its registrations, none of which is to go") { // push.md §4.4
    const Scratch scratch;
    Registration registration = registrationOf(3);
    done(openStore(scratch.store()).commit(std::vector<Record>{SaveRegistration{registration}}, stamp(1s)));
    leaveAs(15, scratch, dropColumnsOf16);
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    CHECK(store.notes().empty());
    registration.successor.clear();
    registration.retires.reset();
    CHECK(snapshot.registrations == std::vector{registration});
}

TEST_CASE("a store of version 14 keeps its messages, which came when they were sent") { // push.md §5
    const Scratch scratch;
    const PushMessage message = messageOf(4);
    done(openStore(scratch.store()).commit(std::vector<Record>{SaveMessage{message}}, stamp(1s)));
    leaveAs(14, scratch, dropColumnsOf15);
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    CHECK(store.notes().empty());
    REQUIRE(snapshot.messages.size() == 1);
    CHECK((snapshot.messages[0].message == message));
    commit(store, {SavePastMessage{.story = storyOf(1), .keep = 10, .since = wall(0s)}});
}

TEST_CASE("a store of version 13 keeps its registrations, whose messages receivers take") { // push.md §4.3
    const Scratch scratch;
    const Registration registration = registrationOf(1); // has none of the new members
    const PushMessage message = messageOf(3);
    done(openStore(scratch.store())
             .commit(std::vector<Record>{SaveRegistration{registration}, SaveMessage{message}}, stamp(1s)));
    leaveAs(13, scratch, dropColumnsOf14);
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    CHECK(store.notes().empty());
    CHECK(snapshot.registrations == std::vector{registration});
    REQUIRE(snapshot.messages.size() == 1);
    CHECK((snapshot.messages[0].message == message));
}

TEST_CASE("a store of version 12 keeps its messages, which were sent on the spot") { // push.md §4.1
    const Scratch scratch;
    const PushMessage message = messageOf(3);
    done(openStore(scratch.store()).commit(std::vector<Record>{SaveMessage{message}}, stamp(1s)));
    leaveAs(12, scratch, dropColumnsOf13);
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    CHECK(store.notes().empty());
    REQUIRE(snapshot.messages.size() == 1);
    CHECK((snapshot.messages[0].message == message));
    CHECK(snapshot.registrations.empty());
}

TEST_CASE("a store of version 11 keeps its messages, which are worth something for 28 days") { // push.md §2
    const Scratch scratch;
    const PushMessage high = messageOf(3), low = messageOf(1);
    done(openStore(scratch.store()).commit(std::vector<Record>{SaveMessage{high}, SaveMessage{low}}, stamp(1s)));
    leaveAs(11, scratch, dropColumnsOf12);
    auto store = openStore(scratch.store());
    const auto snapshot = valueOf(store.load());
    CHECK(store.notes().empty());
    REQUIRE(snapshot.messages.size() == 2);
    CHECK(snapshot.messages[0].message.urgency == Urgency::Normal);
    const PushMessage& kept = snapshot.messages[1].message;
    CHECK(kept.urgency == Urgency::High);
    CHECK(kept.ttl == 24h * 28);
    CHECK(kept.topic.empty());
    CHECK(kept.data == high.data);
}

TEST_CASE(
    "a store of version 7 keeps what its apps have spent, and they have used nothing of a budget") { // limits.md §14
    const Scratch scratch;
    const AppMemory spent = [] {
        AppMemory memory = memoryOf(1, "a");
        memory.days.clear();
        return memory;
    }();
    done(openStore(scratch.store()).commit(std::vector<Record>{saved(spent)}, stamp(1s)));
    leaveAs(7, scratch, [](Database& database) {
        dropColumnOf11(database);
        done(database.run("DROP TABLE device_changes")); // what versions 9 and 10 have beside
        for (const auto* column : columnsOf10)
            done(database.run(fmt::format("ALTER TABLE completed DROP COLUMN {}", column)));
    });
    {
        auto store = openStore(scratch.store());
        CHECK((valueOf(store.load()).apps.at(0).memory == spent));
        CHECK(store.notes().empty());
    }
    auto database = valueOf(Database::open(scratch.database()));
    CHECK(valueOf(database.integer("PRAGMA user_version")) == schemaVersion());
    CHECK(schemaVersion() >= 8);
}
