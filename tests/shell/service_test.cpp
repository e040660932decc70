// The shell app towards the daemon: what it shows, tells and answers (jobs.md §4.2, §5.1).
#include <doctest/doctest.h>

#include <thread>

#include <poll.h>

#include "base/time/time.hpp"
#include "client/fake_daemon.hpp"
#include "programs/shell/service.hpp"
#include "spool/directory.hpp"

using namespace stint;
using namespace stint::shell;
namespace fs = std::filesystem;

namespace {

/// The app's process, with a daemon at its other end.
struct App {
    FakeDaemon daemon;
    Directory place;
    Spool spool;
    Duration grace = 1h;
    CommandService service{fs::read_symlink("/proc/self/exe").parent_path() / "stint-exec"};
    Connection connection = Connection::open().value();
    std::thread loop;
    int exitCode = -1;

    explicit App(const std::string& script) : spool(spoolFor(script)) {
        REQUIRE(connection.host("Command", service).ok());
        REQUIRE(daemon.heard() == "Host Command");
        daemon.on("GetPendingJobsInAllNamespaces", [](wire::Reader&, wire::Writer& writer) { // none
            writer.openArray("(sa{sv})").close().boolean(false);
            return Result<void>();
        });
        daemon.overhear("GetPendingJobsInAllNamespaces");
        loop = std::thread([this] { exitCode = service.serve(connection); });
    }
    ~App() {
        daemon.unbind();
        loop.join();
    }
    Spool spoolFor(const std::string& script) const {
        const Order order{.arguments = {"sh", "-c", script}, .directory = place.path.string(), .environment = {}};
        return Spool(Spool::create(place.path / "commands", order)->directory());
    }
    bool start(bool userInitiated, PersistableBundle more = {}) {
        wire::RunParameters params;
        params.id = 7;
        params.userInitiated = userInitiated;
        params.extras = std::move(more);
        params.extras.putString("spool", spool.directory().string())
            .putString("label", "a command")
            .putLong("grace", grace.count());
        return daemon.startJob(1, "Command", params).get().value();
    }
    /// The next word that begins so; what else is said meanwhile is passed over.
    std::string hear(const std::string& beginning) {
        for (;;) {
            std::string word = daemon.heard();
            if (word.starts_with(beginning) || word == "(silence)") return word;
        }
    }
    /// Everything it has printed, once that ends so.
    std::string outputUntil(const std::string& end) const {
        LogReader reader = LogReader::open(spool.directory()).value();
        REQUIRE(reader.watch().ok());
        std::string text;
        while (!text.ends_with(end)) {
            while (auto piece = reader.next().value())
                text += piece->text;
            pollfd change{reader.fd(), POLLIN, 0};
            if (!text.ends_with(end)) REQUIRE(::poll(&change, 1, 10'000) == 1);
            reader.quiet();
        }
        return text;
    }
};

} // namespace

TEST_CASE("a regular command shows nothing, and its exit 0 is the end of the job") {
    App app("exit 0");
    CHECK(app.start(false));
    CHECK(app.daemon.heard() == "JobFinished run=1 again=0 exit=0 text=done");
    CHECK(spoolOfJob(app.place.path / "commands", JobId{7}) == app.spool.directory());
}

TEST_CASE("a user-initiated command shows that it runs and what came of it") { // jobs.md §5.1
    App app("exit 3");
    CHECK(app.start(true, PersistableBundle().putLong("retries", 0)));
    CHECK(app.daemon.heard() == "SetNotification run=1 id=7 title=a command end=0");
    CHECK(app.daemon.heard() == "SetNotification run=1 id=7 title=a command end=0");
    CHECK(app.daemon.heard() == "JobFinished run=1 again=0 exit=3 text=exit 3");
}

TEST_CASE("a failure is tried again, and counted for the next run") {
    App app("exit 3");
    CHECK(app.start(false));
    CHECK(app.daemon.heard() == "JobFinished run=1 again=1 exit=3 text=exit 3");
    CHECK(app.spool.tally() == Tally{.runs = 1, .failures = 1});
    CHECK(app.outputUntil("again\n") == "stint: exit 3; it is tried again\n");
}

TEST_CASE("a stop is answered when nothing of the command is alive") { // jobs.md §4.2
    App app("trap 'echo cleaned; exit 0' TERM; echo ready; while :; do sleep 1000 & wait; done");
    CHECK(app.start(false));
    app.outputUntil("ready\n");
    CHECK(app.daemon.stopJob(1, STOP_REASON_CONSTRAINT_CHARGING).get().value());
    CHECK(app.outputUntil("(CONSTRAINT_CHARGING)\n").find("ready\ncleaned\nstint: stopped after") == 0);
    CHECK(app.spool.tally() == Tally{.runs = 1});
}

TEST_CASE("what is pressed on its notification ends the command first, and then the run") { // jobs.md §5.1
    for (const std::string key : {"stop", "later"}) {
        App app("trap '' TERM; echo ready; while :; do sleep 1000; done");
        app.grace = 300ms;
        CHECK(app.start(true));
        app.outputUntil("ready\n");
        app.daemon.tell("NotificationAction", [&](wire::Writer& writer) { writer.uint64(1).string(key); });
        CHECK(app.hear("JobFinished") == (key == "stop" ? "JobFinished run=1 again=0 exit=75 text=stopped"
                                                        : "JobFinished run=1 again=1 exit=75 text=put off"));
    }
}

TEST_CASE("a job whose order is gone has failed for good, and says so") {
    App app("true");
    fs::remove(app.spool.directory() / "order");
    CHECK(app.start(false));
    const std::string end = app.daemon.heard();
    CHECK(end.starts_with("JobFinished run=1 again=0 exit=66"));
    CHECK(end.find("order") != std::string::npos);
}

TEST_CASE("a run that was cut off is told of by the next one") {
    App app("true");
    REQUIRE(app.spool.keep({.runs = 1, .running = true}).ok());
    CHECK(app.start(false));
    CHECK(app.daemon.heard() == "JobFinished run=1 again=0 exit=0 text=done");
    CHECK(app.outputUntil("anew\n") == "stint: the last run was cut off; it begins anew\n");
}
