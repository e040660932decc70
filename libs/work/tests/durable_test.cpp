// The file and the scheduler, each lost, damaged, newer or older without the other (jobs.md §10; decision 15's sense).
#include <array>
#include <atomic>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app.hpp"

namespace stint::work {

namespace {

/// Edits a file of an app that does not run, as another program would.
void edit(const App& app, const char* file, const std::string& statement) {
    auto database = Database::open(app.directory.path / file);
    database->checkpointOnClose();
    REQUIRE(database->run(statement).ok());
}

/// A backup of work.db alone, made while the app does not run.
class Backup {
public:
    explicit Backup(const App& app) : file_(app.directory.path / "work.db"), kept_(app.directory.path / "backup") {
        copy(file_, kept_);
    }
    void restore() const { copy(kept_, file_); }

private:
    static void copy(const std::filesystem::path& from, const std::filesystem::path& to) {
        std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
    }

    std::filesystem::path file_, kept_;
};

bool told(const App& app, std::string_view what) {
    return std::any_of(app.notices.begin(), app.notices.end(),
                       [&](const std::string& notice) { return notice.find(what) != std::string::npos; });
}

std::size_t filesNamed(const App& app, std::string_view part) {
    std::size_t count = 0;
    for (const auto& file : std::filesystem::directory_iterator(app.directory.path))
        count += file.path().filename().string().find(part) != std::string::npos ? 1 : 0;
    return count;
}

} // namespace

TEST_CASE("a damaged file is set aside and told, and work begins anew") {
    for (const std::string& content :
         {std::string("this is not a database, and never was one"), std::string(8192, '\xaa')}) {
        App app;
        REQUIRE(app.tell(enqueue({once(1)})).ok());
        app.die();
        std::ofstream(app.directory.path / "work.db", std::ios::binary | std::ios::trunc) << content;
        app.open();
        CHECK(app.find(numbered(1)) == nullptr);
        CHECK(filesNamed(app, "work.db.damaged-") == 1);
        CHECK(told(app, "it was set aside as work.db.damaged-"));
        CHECK(app.scheduler.jobs.empty());
        REQUIRE(app.tell(enqueue({once(2)})).ok());
        CHECK(app.scheduler.jobs.size() == 1);
    }
}

TEST_CASE("a row that contradicts itself is damage, too") {
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    app.die();
    edit(app, "work.db", "UPDATE requests SET state = 2"); // SUCCEEDED, and never finished
    app.open();
    CHECK(told(app, "contradicts itself"));
    CHECK(filesNamed(app, "damaged") >= 1);
}

TEST_CASE("a number that no request ever has is damage, and nothing is reckoned with it") { // jobs.md §10
    for (const char* change : {"requests SET period = 0, flex = 0",
                               "requests SET period = 9223372036854775807",
                               "requests SET flex = period + 1",
                               "requests SET backoff_delay = 0",
                               "requests SET keep_results = -1",
                               "requests SET initial_delay = 9223372036854775807",
                               "requests SET generation = 2147483647",
                               "requests SET attempts = -1",
                               "requests SET enqueued_at = -9223372036854775807 - 1",
                               "requests SET not_before = 9223372036854775807",
                               "requests SET window_end = 9223372036854775807",
                               "requests SET finish_order = 9223372036854775807",
                               "requests SET sequence = sequence + 9000000000000000000",
                               "requests SET id = (SELECT min(id) FROM requests)",
                               "requests SET job = 4294967297",
                               "requests SET state = 1",
                               "requests SET backoff_policy = 2",
                               "requests SET job = 7",
                               "requests SET constraints = '{\"networkType\": 6}'",
                               "requests SET tags = '{another program has it open'",
                               "requests SET constraints = '{disk full'",
                               "counters SET finish_order = 9223372036854775807",
                               "counters SET sequence = 9223372036854775807",
                               "counters SET job = 0",
                               "counters SET session = 9223372036854775807",
                               "counters SET session = 9000000000000000000",
                               "counters SET session = -1"}) {
        CAPTURE(change);
        App app;
        REQUIRE(app.tell(enqueue({periodic(1)})).ok());
        REQUIRE(app.tell(enqueue({periodic(2)})).ok());
        app.die();
        edit(app, "work.db", std::string("UPDATE ") + change);
        app.open();
        CHECK(told(app, "it was set aside as work.db.damaged-"));
        REQUIRE(app.tell(enqueue({once(3)})).ok());
    }
}

TEST_CASE("a job's number that is in use is not given again") { // jobs.md §10
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    app.die();
    edit(app, "work.db", "UPDATE counters SET job = (SELECT job FROM requests)");
    app.open();
    REQUIRE(app.tell(enqueue({once(2)})).ok());
    CHECK(app.jobOf(numbered(1)) != app.jobOf(numbered(2)));
    app.dieAndBegin();
    CHECK(app.find(numbered(2)) != nullptr);
}

TEST_CASE("a witness that says what never was is not believed, and told") { // jobs.md §10
    for (const char* change : {"number = 9223372036854775807", "state = 6", "window_end = 9223372036854775807",
                               "not_before = -9223372036854775807", "request = 'nobody'", "output = x'07'"}) {
        CAPTURE(change);
        App app;
        REQUIRE(app.tell(enqueue({once(1)})).ok());
        app.die();
        const Backup backup(app);
        app.open();
        app.run(numbered(1));
        app.die();
        backup.restore();
        edit(app, "work-ended.db", std::string("UPDATE ended SET ") + change);
        app.open();
        CHECK(told(app, "were work.db restored from a backup"));
        CHECK(app.state(numbered(1)) == State::ENQUEUED);
    }
}

TEST_CASE("a newer file is set aside as it is, and told") {
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    app.die();
    edit(app, "work.db", "PRAGMA user_version = 99");
    app.open();
    CHECK(told(app, "it was made by a newer libstint-work (version 99, this one knows 5)"));
    for (const auto& file : std::filesystem::directory_iterator(app.directory.path)) {
        if (file.path().filename().string().find("newer") == std::string::npos || file.path().extension() == "x")
            continue;
        auto database = Database::open(file.path());
        REQUIRE(database.ok());
        CHECK(*database->integer("SELECT count(*) FROM requests") == 1); // nothing of it is lost
    }
}

TEST_CASE("a pipe, a link or a directory in the file's place is an error, and no hang") {
    App app;
    app.die();
    const auto file = app.directory.path / "work.db";
    const auto opens = [&] { return Store::open(app.directory.path, app.directory.path, app.notices); };
    std::filesystem::remove(file);
    std::filesystem::create_symlink("/etc/passwd", file);
    CHECK(!opens().ok());
    std::filesystem::remove(file);
    REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
    const auto fifo = opens();
    REQUIRE(!fifo.ok());
    CHECK(fifo.error().message.ends_with("is not a plain file"));
    std::filesystem::remove(file);
    std::filesystem::create_directory(file);
    CHECK(!opens().ok());
}

TEST_CASE("the scheduler lost its store: what waits is handed over again, what finished is not") {
    App app;
    REQUIRE(app.tell(enqueue({once(1), once(2), once(3)})).ok());
    app.run(numbered(1));
    app.die();
    app.scheduler.jobs.clear();
    app.open();
    CHECK(app.notices.empty()); // it mends itself, and so does a death before a hand-over
    CHECK(app.scheduler.jobs.size() == 2);
    app.run(numbered(2));
    app.run(numbered(3));
    CHECK(app.workers.begun.size() == 3);
}

TEST_CASE("the scheduler's store is older than the file: jobs of what finished are taken back, and run nothing") {
    App app;
    REQUIRE(app.tell(enqueue({once(1), once(2)})).ok());
    const auto backup = app.scheduler.jobs;
    app.run(numbered(1));
    app.die();
    app.scheduler.jobs = backup;
    app.open();
    CHECK(app.scheduler.jobs.size() == 1);
    // It had begun before it could be taken back:
    const auto late = app.tell(JobStarted{backup.begin()->first, numbered(1)});
    CHECK(!late->goesOn);
    CHECK(app.workers.begun.size() == 1);
}

TEST_CASE("the file is older than the scheduler's store: jobs that it does not know are taken back, the rest runs") {
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    app.die();
    const Backup backup(app);
    app.open();
    REQUIRE(app.tell(enqueue({once(2)})).ok());
    app.die();
    backup.restore();
    app.open();
    CHECK(app.scheduler.jobs.size() == 1);
    CHECK(told(app, "the file is older than the scheduler's jobs: it was restored from a backup, or lost"));
    app.run(numbered(1));
}

TEST_CASE("the file was restored from a backup: what ended since is not done again, and told (jobs.md §10)") {
    App app;
    Enqueue all = chain({1, 2}); // 1's output is 2's input
    for (const int number : {3, 4, 5})
        all.nodes.push_back({once(number), {}, {}});
    REQUIRE(app.tell(all).ok());
    REQUIRE(app.tell(EnqueuePeriodic{periodic(6), "often", {}}).ok());
    app.die();
    const Backup backup(app);
    app.open();
    app.run(numbered(1), text("found", "it"));
    REQUIRE(app.begin(numbered(3)));
    app.fail(numbered(3));
    REQUIRE(app.tell(Cancel{numbered(4)}).ok());
    app.pass(1h);
    app.run(numbered(6));
    const auto next = app.find(numbered(6))->windowEnd;
    REQUIRE(app.tell(enqueue({once(7)})).ok());
    app.die();
    backup.restore();
    app.notices.clear();
    app.open();
    CHECK(told(app, "it was restored from a backup, or lost. 4 of its requests ended since"));
    CHECK(app.state(numbered(1)) == State::SUCCEEDED);
    CHECK(app.state(numbered(3)) == State::FAILED);
    CHECK(app.state(numbered(4)) == State::CANCELLED);
    CHECK(app.state(numbered(5)) == State::ENQUEUED);
    CHECK(app.find(numbered(6))->windowEnd == next);
    CHECK(app.find(numbered(7)) == nullptr);
    CHECK(app.scheduler.jobs.size() == 3); // 2, 5 and 6's next period
    const auto before = app.workers.begun.size();
    REQUIRE(app.begin(numbered(2)));
    CHECK(app.workers.running.at(numbered(2)).inputs.front() == text("found", "it"));
    app.succeed(numbered(2));
    app.run(numbered(5));
    CHECK(app.workers.begun.size() == before + 2);
    app.notices.clear();
    app.dieAndBegin();
    CHECK(app.notices.empty()); // it is told once
}

TEST_CASE("a backup of both files is believed, and told where the scheduler has later jobs (jobs.md §10)") {
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    app.die();
    const auto backup = app.directory.path / "backup";
    std::filesystem::create_directory(backup);
    for (const char* file : {"work.db", "work-ended.db"})
        std::filesystem::copy_file(app.directory.path / file, backup / file);
    app.open();
    app.run(numbered(1));
    REQUIRE(app.tell(enqueue({once(2)})).ok());
    const auto later = app.jobOf(numbered(2));
    app.die();
    for (const char* file : {"work.db", "work-ended.db"})
        std::filesystem::copy_file(backup / file, app.directory.path / file,
                                   std::filesystem::copy_options::overwrite_existing);
    app.open();
    CHECK(told(app, "the file is older than the scheduler's jobs: it was restored from a backup, or lost"));
    CHECK(app.state(numbered(1)) == State::ENQUEUED); // nobody knows better
    REQUIRE(app.tell(enqueue({once(3)})).ok());
    CHECK(app.jobOf(numbered(3)) > later); // a number is not given twice
}

TEST_CASE("what a death kept from the witness, or damage took from it, it is told when the file is opened next") {
    for (const bool damaged : {false, true}) {
        App app;
        REQUIRE(app.tell(enqueue({once(1), once(2)})).ok());
        app.die();
        const Backup backup(app);
        app.open();
        app.run(numbered(1));
        app.die();
        if (damaged)
            std::ofstream(app.directory.path / "work-ended.db", std::ios::binary) << std::string(8192, '\xaa');
        else
            edit(app, "work-ended.db", "DELETE FROM ended");
        app.dieAndBegin();
        app.die();
        backup.restore();
        app.open();
        CHECK(app.state(numbered(1)) == State::SUCCEEDED);
        CHECK(app.state(numbered(2)) == State::ENQUEUED);
    }
}

TEST_CASE("without a place for the witness work goes on, and it is told") {
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    app.die();
    std::filesystem::remove(app.directory.path / "work-ended.db");
    std::filesystem::create_symlink("/etc/passwd", app.directory.path / "work-ended.db");
    app.open();
    CHECK(told(app, "were work.db restored from a backup, what ended since would be done again"));
    app.run(numbered(1));
    CHECK(app.state(numbered(1)) == State::SUCCEEDED);
}

TEST_CASE("a job of another request's number, of a file that was lost, is not run for it") {
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    const auto job = app.jobOf(numbered(1));
    CHECK(!app.tell(JobStarted{job, numbered(2)})->goesOn);
    CHECK(!app.tell(JobStarted{job, std::nullopt})->goesOn);
    CHECK(app.workers.begun.empty());
}

TEST_CASE("without a daemon a request waits in the file, and is handed over when one is back") {
    App app;
    app.scheduler.isAway = true;
    const auto told = app.tell(enqueue({once(1)}));
    REQUIRE(told.ok()); // durable
    CHECK(told->refused->code == Errc::UNAVAILABLE);
    CHECK(app.desk->wasAway());
    REQUIRE(app.desk->engine().nextDeadline());
    const int calls = app.scheduler.calls;
    REQUIRE(app.tell(Look{}).ok()); // not before its time
    CHECK(app.scheduler.calls == calls);
    app.scheduler.isAway = false;
    app.pass(5s);
    REQUIRE(app.desk->reconcile(app.now).ok());
    CHECK(app.scheduler.jobs.size() == 1);
    app.run(numbered(1));
}

TEST_CASE("what another process is handing over is not handed over by this one, unless that one dies") { // jobs.md §10
    App app;
    std::vector<std::string> notices;
    auto store = Store::open(app.directory.path, app.directory.path, notices);
    REQUIRE(store.ok());
    FakeScheduler slow; // its jobs do not come to the scheduler
    FakeWorkers others;
    auto second = Desk::open(std::move(*store), {.service = "WorkService"}, slow, others);
    REQUIRE(second.ok());
    int handed = 0;
    slow.meanwhile = [&] {
        ++handed;
        REQUIRE(app.desk->refresh(app.now).ok());
        REQUIRE(app.desk->reconcile(app.now).ok());
    };
    REQUIRE(second->handle(enqueue({once(1)}), app.now).ok());
    CHECK(handed == 1);
    CHECK(app.find(numbered(1))->job.has_value()); // it is read, and not handed over
    CHECK(app.scheduler.calls == 0);
    REQUIRE(app.desk->nextDeadline());
    app.pass(1s);
    REQUIRE(app.desk->meetDeadline(app.now).ok()); // nobody hands anything over any more, and it is missing
    CHECK(app.scheduler.jobs.size() == 1);
    CHECK_FALSE(app.desk->nextDeadline());
}

TEST_CASE("where what follows cannot be handed over, the job that ends comes again for it") {
    App app;
    REQUIRE(app.tell(chain({1, 2})).ok());
    REQUIRE(app.begin(numbered(1)));
    const auto job = app.jobOf(numbered(1));
    app.scheduler.isAway = true;
    app.succeed(numbered(1));
    CHECK(app.scheduler.finished.back() == std::pair(job, true));
    app.scheduler.isAway = false;
    app.pass(1min);
    CHECK(!app.tell(JobStarted{job, numbered(1)})->goesOn); // its request has succeeded
    CHECK(app.find(numbered(2))->job.has_value());
    app.run(numbered(2));
}

TEST_CASE("two processes of an app share the file: what one begins the other leaves, and what it cancels stops") {
    App app;
    REQUIRE(app.tell(enqueue({once(1), once(2)})).ok());
    REQUIRE(app.begin(numbered(1)));
    FakeWorkers others;
    std::vector<std::string> notices;
    auto store = Store::open(app.directory.path, app.directory.path, notices);
    REQUIRE(store.ok());
    auto second = Desk::open(std::move(*store), {.service = "WorkService"}, app.scheduler, others);
    REQUIRE(second.ok());
    const auto started = second->handle(JobStarted{app.jobOf(numbered(1)), numbered(1)}, app.now);
    CHECK(started->goesOn);
    CHECK(others.begun.empty());                 // the other one is at work on it
    CHECK(app.scheduler.finished.back().second); // and its job comes again
    REQUIRE(second->handle(Cancel{numbered(1)}, app.now).ok());
    CHECK(*app.desk->refresh(app.now));
    CHECK(app.workers.stopping.contains(numbered(1)));
    REQUIRE(second->handle(JobStarted{*second->engine().requests().find(numbered(2))->job, numbered(2)}, app.now).ok());
    CHECK(others.begun == std::vector{numbered(2)});
    app.succeed(numbered(1));
    CHECK(app.state(numbered(1)) == State::CANCELLED);
    CHECK(app.state(numbered(2)) == State::RUNNING);
}

TEST_CASE("a process that begins leaves a run alone whose request was updated meanwhile") { // jobs.md §10, updateWork
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    REQUIRE(app.begin(numbered(1)));
    const auto job = app.jobOf(numbered(1));
    REQUIRE(app.tell(Update{once(1)}).ok());
    std::vector<std::string> notices;
    auto store = Store::open(app.directory.path, app.directory.path, notices);
    REQUIRE(store.ok());
    FakeWorkers others;
    auto second = Desk::open(std::move(*store), {.service = "WorkService"}, app.scheduler, others);
    REQUIRE(second.ok());
    REQUIRE(second->reconcile(app.now).ok());
    REQUIRE(app.desk->reconcile(app.now).ok()); // as after stintd was away
    CHECK(app.scheduler.jobs.contains(job));
    app.succeed(numbered(1));
    CHECK(app.scheduler.finished == std::vector{std::pair(job, false)});
    CHECK(app.scheduler.jobs.empty());
}

TEST_CASE("a worker that ends as another process cancels its request does not end it a second time") { // jobs.md §10
    App first;
    REQUIRE(first.tell(chain({1, 2})).ok());
    REQUIRE(first.begin(numbered(1)));
    auto store = Store::open(first.directory.path, first.directory.path, first.notices);
    REQUIRE(store.ok());
    auto other = Desk::open(std::move(*store), {.service = "WorkService"}, first.scheduler, first.workers);
    REQUIRE(other.ok());
    REQUIRE(other->handle(Cancel{numbered(1)}, first.now).ok());
    first.succeed(numbered(1)); // it reads of the cancelling in the same turn
    CHECK(first.state(numbered(1)) == State::CANCELLED);
    CHECK(first.state(numbered(2)) == State::CANCELLED);
    CHECK_FALSE(first.find(numbered(1))->session);
}

TEST_CASE("a file that is opened while others enqueue chains is whole, and stays where it is") { // jobs.md §10, files
    App app;
    constexpr int chains = 60;
    std::atomic<int> opens = 0;
    std::thread enqueuing([&] { // one while each is under way
        for (int nth = 0; nth < chains; ++nth) {
            opens.wait(nth);
            CHECK(app.tell(chain({3 * nth + 1, 3 * nth + 2, 3 * nth + 3})).ok());
        }
    });
    std::vector<std::string> notices;
    for (int nth = 0; nth < chains; ++nth) {
        ++opens;
        opens.notify_one();
        CHECK(Store::open(app.directory.path, app.directory.path, notices).ok());
    }
    enqueuing.join();
    CHECK(notices == std::vector<std::string>());
    app.dieAndBegin();
    CHECK(app.desk->engine().requests().all().size() == 3 * chains);
}

TEST_CASE("another process reads what has changed, and nothing else") { // jobs.md §10, files
    App app;
    for (int number = 100; number < 130; ++number)
        REQUIRE(app.tell(enqueue({once(number)})).ok());
    Reader reader(app.directory.path);
    const auto told = [&](const Event& event, std::size_t changes) {
        CAPTURE(event.index());
        REQUIRE(app.tell(event).ok());
        CHECK((reader.known() == app.desk->engine().requests()));
        CHECK(reader.changes == changes);
    };
    told(Look{}, 0);
    told(unique("name", ExistingWorkPolicy::KEEP, chain({1, 2, 3})), 3);
    told(Update{once(110, "Another")}, 1);
    // The first goes, and those that follow another; what takes their name is the same, and new.
    told(unique("name", ExistingWorkPolicy::REPLACE, chain({1, 4})), 4);
    told(unique("name", ExistingWorkPolicy::APPEND, chain({5})), 1);
    told(Cancel{numbered(1)}, 3);
    told(Prune{}, 3);
    told(Cancel{Cancel::All{}}, 30);
    told(enqueue({once(1)}), 1);
    app.run(numbered(1));
    CHECK((reader.known() == app.desk->engine().requests()));
    told(Prune{}, 31);
    CHECK(reader.known().all().empty());
}

TEST_CASE("a request's place in the order is given once, also where only its row says it") { // jobs.md §10, files
    App app;
    for (const int number : {1, 2, 3})
        REQUIRE(app.tell(enqueue({once(number)})).ok());
    const auto next = app.desk->engine().counters().sequence;
    app.dieAndBegin();
    CHECK(app.desk->engine().counters().sequence == next);
    REQUIRE(app.tell(Cancel{Cancel::All{}}).ok());
    REQUIRE(app.tell(Prune{}).ok());
    app.dieAndBegin();
    CHECK(app.desk->engine().counters().sequence == next);
}

TEST_CASE("the last time that all was cancelled is durable") { // jobs.md §10, cancel
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    REQUIRE(app.tell(Cancel{numbered(1)}).ok());
    CHECK(app.desk->engine().counters().lastCancelAll == WallTime());
    REQUIRE(app.tell(Cancel{Cancel::All{}}).ok());
    const WallTime when = app.now.wall;
    app.pass(1h);
    app.dieAndBegin();
    CHECK(app.desk->engine().counters().lastCancelAll == when);
}

TEST_CASE(
    "a file of the second version is read, and each request goes on waiting from when it began to") { // jobs.md §10
    App app;
    REQUIRE(app.tell(enqueue({periodic(1, 24h)})).ok());
    app.run(numbered(1));
    const WallTime ended = app.now.wall;
    app.die();
    const auto versions = versionsIn(schemaText);
    const std::string_view first = versions[0].substr(versions[0].find("CREATE TABLE requests"));
    edit(app, "work.db",
         fmt::format(
             "ALTER TABLE requests DROP COLUMN waits_since; ALTER TABLE requests DROP COLUMN next_override; "
             "ALTER TABLE requests DROP COLUMN overrides; ALTER TABLE requests DROP COLUMN own_merger; "
             "ALTER TABLE requests DROP COLUMN writer; ALTER TABLE requests DROP COLUMN nth; "
             "ALTER TABLE counters DROP COLUMN last_cancel_all; ALTER TABLE requests RENAME TO newer; "
             "{} STRICT; {}; INSERT INTO requests SELECT * FROM newer; DROP TABLE newer; PRAGMA user_version = 2",
             first.substr(0, first.find(" STRICT;")), versions[1]));
    app.open();
    REQUIRE(app.tell(Update{periodic(1, 48h)}).ok());
    CHECK(app.find(numbered(1))->notBefore == ended + 48h);
    CHECK(app.notices.empty());
}

TEST_CASE("a file that was set aside takes nothing more from those that have it open") {
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    SUBCASE("set aside") {
        std::filesystem::rename(app.directory.path / "work.db", app.directory.path / "work.db.damaged-1");
    }
    SUBCASE("deleted") { std::filesystem::remove(app.directory.path / "work.db"); }
    SUBCASE("replaced") {
        std::filesystem::copy_file(app.directory.path / "work.db", app.directory.path / "other");
        std::filesystem::rename(app.directory.path / "other", app.directory.path / "work.db");
    }
    CHECK(app.error(enqueue({once(2)})).find("set aside, replaced or deleted while it was open") != std::string::npos);
    CHECK(app.desk->store().stillThere().error().code == Errc::STORAGE);
}

TEST_CASE("a new file in the place of one that is still open is taken as it is, and stays") { // jobs.md §10, files
    App app; // its process has the first lock, and does not end at once
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    app.dieAndBegin(); // and the second
    for (const char* part : {"work.db", "work.db-wal", "work.db-shm"})
        std::filesystem::remove(app.directory.path / part);
    std::vector<std::string> notices;
    std::vector<Store> others;
    for (int nth = 0; nth < 3; ++nth) {
        auto store = Store::open(app.directory.path, app.directory.path, notices);
        REQUIRE_MESSAGE(store.ok(), (store.ok() ? "" : store.error().message));
        others.push_back(std::move(*store));
    }
    CHECK(filesNamed(app, "damaged") == 0);
    for (const Store& one : others) // whose sessions are their own
        CHECK(std::ranges::count(others, one.session(), &Store::session) == 1);
    CHECK(others[0].isHeld(others[2].session()));
}

TEST_CASE("a bad file that several processes open is set aside once, and what each then enqueues is kept") {
    for (int round = 0; round < 20; ++round) { // jobs.md §10, files
        const TemporaryDirectory directory;
        if (round % 2 == 0) {
            std::ofstream(directory.path / "work.db", std::ios::binary) << std::string(8192, '\xaa');
        } else { // a newer one, by the word of its log
            std::vector<std::string> notices;
            REQUIRE(Store::open(directory.path, directory.path, notices).ok());
            REQUIRE(Database::open(directory.path / "work.db")->run("PRAGMA user_version = 99").ok());
        }
        std::array<int, 2> begin{};
        REQUIRE(::pipe2(begin.data(), O_CLOEXEC) == 0);
        const auto process = [&](int number) {
            char none = 0;
            ::close(begin[1]);
            (void)!::read(begin[0], &none, 1); // until all are there
            FakeScheduler scheduler;
            FakeWorkers workers;
            std::vector<std::string> notices;
            const Now now{Instant(1h), WallTime(std::chrono::hours(1))};
            auto store = Store::open(directory.path, directory.path, notices);
            auto desk = store.ok() ? Desk::open(std::move(*store), {.service = "WorkService"}, scheduler, workers)
                                   : Result<Desk>(store.error());
            const auto told =
                desk.ok() ? desk->handle(enqueue({once(number + 1)}), now) : Result<Desk::Outcome>(desk.error());
            if (!told.ok()) fmt::print(stderr, "{}\n", told.error().message);
            return told.ok();
        };
        // Processes, not threads: one that closes any descriptor of a file gives up all of its locks on it.
        constexpr int processes = 4;
        std::vector<pid_t> all;
        for (int number = 0; number < processes; ++number) {
            const pid_t child = ::fork();
            REQUIRE(child >= 0);
            if (child == 0) ::_exit(process(number) ? 0 : 1);
            all.push_back(child);
        }
        for (const int end : begin)
            ::close(end);
        for (const pid_t child : all) {
            int status = -1;
            CHECK(::waitpid(child, &status, 0) == child);
            CHECK(status == 0);
        }
        std::vector<std::string> notices;
        CHECK(Store::open(directory.path, directory.path, notices)->read()->requests.size() == processes);
    }
}

TEST_CASE("the file's log does not grow without end while a process has it open") {
    App app;
    const std::string large(10'000, 'x');
    for (int round = 0; round < 30; ++round) {
        std::vector<Spec> many;
        for (int nth = 0; nth < 20; ++nth) {
            many.push_back(once(round * 20 + nth + 1));
            many.back().input = *Data::Builder().putString("large", large).build();
        }
        REQUIRE(app.tell(enqueue(std::move(many))).ok());
        REQUIRE(app.tell(Cancel{Cancel::All{}}).ok());
        REQUIRE(app.tell(Prune{}).ok());
    }
    CHECK(std::filesystem::file_size(app.directory.path / "work.db-wal") < 6'000'000); // more than 18 MB were written
}

TEST_CASE("a hundred thousand requests are taken in, twenty handed over, and all are there again after a death") {
    App app; // jobs.md §10, limits
    std::vector<Spec> many;
    many.reserve(100'000);
    for (int i = 1; i <= 100'000; ++i)
        many.push_back(once(i));
    REQUIRE(app.tell(enqueue(std::move(many))).ok());
    CHECK(app.scheduler.jobs.size() == 20);
    app.run(numbered(1));
    app.dieAndBegin();
    CHECK(app.desk->engine().requests().all().size() == 100'000);
    CHECK(app.scheduler.jobs.size() == 20);
}

} // namespace stint::work
