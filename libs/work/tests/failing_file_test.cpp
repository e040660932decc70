// A file that takes nothing for a while, as on a full disk: what a turn that was not committed has left behind
// (jobs.md §10: stored durably; a run is to its end at least once, and never twice after it).
#include "app.hpp"
#include "base/sqlite/sqlite.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace stint::work {

namespace {

/// While it lives, no change of a request can be written; or none to another table.
class FullDisk {
public:
    explicit FullDisk(const App& app, const char* file = "work.db", const char* table = "requests")
        : database_(opened(app.directory.path / file)) {
        const auto trigger =
            fmt::format("CREATE TRIGGER full BEFORE INSERT ON {} BEGIN SELECT RAISE(ABORT, 'disk full'); END", table);
        REQUIRE(database_.run(trigger).ok());
    }
    ~FullDisk() { CHECK(database_.run("DROP TRIGGER full").ok()); }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    static Database opened(const std::filesystem::path& file) {
        auto database = Database::open(file);
        REQUIRE(database.ok());
        return std::move(*database);
    }

    Database database_;
};

/// No more descriptors than this process has open, and so many.
class FewDescriptors {
public:
    explicit FewDescriptors(rlim_t more) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const int next = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::close(next);
        const rlimit few{static_cast<rlim_t>(next) + more, before_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    }
    ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    FewDescriptors(const FewDescriptors&) = delete;
    FewDescriptors& operator=(const FewDescriptors&) = delete;

private:
    rlimit before_{};
};

} // namespace

TEST_CASE("a run whose begin could not be written is begun by its job's next start") { // jobs.md §10
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    const auto job = app.jobOf(numbered(1));
    {
        const FullDisk full(app);
        CHECK(!app.tell(JobStarted{job, numbered(1)}).ok());
    }
    CHECK(app.workers.begun.empty());
    app.run(numbered(1));
    CHECK(app.state(numbered(1)) == State::SUCCEEDED);
}

TEST_CASE("an end that could not be written is written when it is told again") { // jobs.md §10
    App app;
    REQUIRE(app.tell(chain({1, 2})).ok());
    REQUIRE(app.begin(numbered(1)));
    const WorkerEnded end{numbered(1), app.workers.running.at(numbered(1)).run, WorkerEnded::Kind::Success, {}, {}};
    {
        const FullDisk full(app);
        CHECK(!app.tell(end).ok());
        CHECK(!app.tell(end).ok());
    }
    REQUIRE(app.tell(end).ok());
    CHECK(app.state(numbered(1)) == State::SUCCEEDED);
    CHECK(app.state(numbered(2)) == State::ENQUEUED);
    CHECK(app.workers.begun.size() == 1);
}

TEST_CASE("a worker whose cancelling could not be written is told to stop by the next one") { // jobs.md §10, cancel
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    REQUIRE(app.begin(numbered(1)));
    {
        const FullDisk full(app);
        CHECK(!app.tell(Cancel{numbered(1)}).ok());
    }
    CHECK(app.workers.stopping.empty());
    CHECK(app.state(numbered(1)) == State::RUNNING);
    REQUIRE(app.tell(Cancel{numbered(1)}).ok());
    CHECK(app.workers.stopping.contains(numbered(1)));
    CHECK(app.state(numbered(1)) == State::CANCELLED);
}

TEST_CASE(
    "where the process has no descriptors left, the file is an error and stays where it is") { // jobs.md §10, files
    App app;
    REQUIRE(app.tell(enqueue({once(1)})).ok());
    app.die();
    for (rlim_t more = 0;; ++more) {
        std::vector<std::string> notices;
        const auto opened = [&] {
            const FewDescriptors few(more);
            return Store::open(app.directory.path, app.directory.path, notices).ok();
        }();
        for (const auto& notice : notices)
            CHECK(notice.find("set aside") == std::string::npos);
        if (opened && notices.empty()) break;
    }
    app.open();
    CHECK(app.state(numbered(1)) == State::ENQUEUED);
}

TEST_CASE("an end that the witness could not take is told it before a later one") { // jobs.md §10, files
    App app;
    REQUIRE(app.tell(enqueue({once(1), once(2)})).ok());
    app.die();
    std::filesystem::copy(app.directory.path / "work.db", app.directory.path / "backup");
    app.open();
    {
        const FullDisk full(app, "work-ended.db", "ended");
        app.run(numbered(1));
    }
    app.run(numbered(2));
    app.die();
    std::filesystem::rename(app.directory.path / "backup", app.directory.path / "work.db");
    app.open();
    REQUIRE(app.tell(Look{}).ok());
    CHECK(app.state(numbered(1)) == State::SUCCEEDED);
    CHECK(app.state(numbered(2)) == State::SUCCEEDED);
}

} // namespace stint::work
