// The transfer app towards the daemon: what it shows, tells and answers (jobs.md §4.2, §4.7, §5.1, §12.7).
#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <optional>
#include <thread>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "client/fake_daemon.hpp"
#include "programs/transfer/service.hpp"
#include "transfer/sample_file.hpp"

using namespace stint;
using namespace stint::transfer;
using Exchange = ScriptedServer::Exchange;

namespace {

using Answer = std::function<Result<void>(wire::Reader&, wire::Writer&)>;

/// The daemon's word on a job: it knows of none.
Result<void> none(wire::Reader&, wire::Writer& writer) {
    writer.openArray("a{sv}").close();
    return {};
}

/// The same on all of the app's jobs.
Result<void> noneAtAll(wire::Reader&, wire::Writer& writer) {
    writer.openArray("(sa{sv})").close();
    writer.boolean(false);
    return {};
}

/// The word of a daemon that cannot be asked.
Result<void> nothing(wire::Reader&, wire::Writer&) { return fail(Errc::UNAVAILABLE, "it has died"); }

/// The app's process, with a daemon at its other end.
struct App {
    FakeDaemon daemon;
    Place home;
    std::optional<TransferService> service;
    std::optional<Connection> connection = Connection::open().value();
    std::thread loop;
    int exitCode = -1;

    /// `ledger`: of an app that was there before.
    explicit App(const std::filesystem::path& ledger = {}, const Answer& pendingJob = none,
                 const Answer& pendingJobs = noneAtAll) {
        service.emplace(ledger.empty() ? home.path("transfers") : ledger);
        REQUIRE(connection->host("Transfer", *service).ok());
        REQUIRE(daemon.heard() == "Host Transfer");
        daemon.on("GetPendingJob", pendingJob);
        daemon.on("GetPendingJobsInAllNamespaces", pendingJobs);
        loop = std::thread([this] { exitCode = service->serve(*connection); });
    }
    ~App() { leave(); }
    int leave() {
        if (!loop.joinable()) return exitCode;
        daemon.unbind();
        loop.join();
        connection.reset();
        service.reset(); // its work on the disk is over
        return exitCode;
    }
    bool start(std::uint64_t run, const Place& place, const std::string& url) {
        wire::RunParameters params;
        params.id = 7;
        params.extras.putString("url", url).putString("output", place.path().native()).putString("label", "a file");
        return daemon.startJob(run, "Transfer", params).get().value();
    }
    void press(std::uint64_t run, const std::string& key) {
        daemon.tell("NotificationAction", [=](wire::Writer& writer) { writer.uint64(run).string(key); });
    }
    /// The next word that begins so; what else is said meanwhile is passed over.
    std::string hear(const std::string& beginning) {
        for (;;) {
            std::string word = daemon.heard();
            if (word.starts_with(beginning) || word == "(silence)") return word;
        }
    }
};

/// Tells when half of the file was sent, and sends no more.
ScriptedServer::Scene stallAndTell(const std::string& content, std::promise<void>& sent) {
    return [&](Exchange& e) {
        e.send(head("200 OK", tagged, fileSize));
        e.send(std::string_view(content).substr(0, half));
        sent.set_value();
        e.awaitHangUp();
    };
}

} // namespace

TEST_CASE("a notification comes before onStartJob has answered, and the end is told with an Outcome") { // jobs.md §5.1
    const Place place;
    const std::string content = noise(fileSize, 1);
    const ScriptedServer server({honest(content, "\"v1\"")});
    App app;
    CHECK(app.start(1, place, server.url()));
    CHECK(app.daemon.heard() == "SetNotification run=1 id=7 title=a file end=0");
    CHECK(app.hear("JobFinished") ==
          "JobFinished run=1 again=0 exit=0 text=saved " + place.path().native() + " (585.9 KiB)");
    // The daemon knows of no such job any more: its sidecar is of no use.
    CHECK(app.hear("GetPendingJobsInAllNamespaces") != "(silence)");
    CHECK(app.leave() == 0);
    CHECK(place.list() == "file");
}

TEST_CASE("a file that is there within a second is shown at its start, with its first amount and at its end alone") {
    const Place one, other;
    const std::string content = noise(fileSize, 1);
    const ScriptedServer server({honest(content, "\"v1\""), honest(content, "\"v2\"")});
    App app;
    CHECK(app.start(1, one, server.url()));
    CHECK(app.start(2, other, server.url()));
    std::map<std::string, int> heard; // by method and run
    for (int ends = 0; ends < 2;) {
        const std::string word = app.daemon.heard();
        REQUIRE(word != "(silence)");
        ++heard[word.substr(0, word.find(' ', word.find("run=")))];
        ends += word.starts_with("JobFinished");
    }
    for (const char* run : {"run=1", "run=2"}) {
        CAPTURE(run);
        // A reader's rate begins at the second amount; where all came in one turn the first is that of the end.
        const int shown = heard[fmt::format("SetNotification {}", run)];
        CHECK(shown >= 2);
        CHECK(shown <= 3);
        CHECK(heard[fmt::format("JobFinished {}", run)] == 1);
    }
}

TEST_CASE("a record of an end that nobody confirmed goes once the daemon knows of no such job") { // jobs.md §12.7
    const Place place, home;
    const std::filesystem::path ledger = home.path("transfers");
    const std::string content = noise(fileSize, 1);
    const ScriptedServer server({honest(content, "\"v1\"")});
    App first(ledger, nothing, nothing);
    first.start(1, place, server.url());
    CHECK(first.hear("JobFinished").starts_with("JobFinished run=1 again=0 exit=0 text=saved"));
    CHECK(first.leave() == 0);
    REQUIRE(place.list() == ".file.stint-state file");
    {
        App second(ledger, nothing);
        CHECK(second.leave() == 0);
        CHECK(place.list() == ".file.stint-state file");
    }
    App third(ledger);
    CHECK(third.leave() == 0);
    CHECK(place.list() == "file");
    CHECK(Ledger::open(ledger)->entries().empty());
}

TEST_CASE("what was learned of the size is told, and what is in place") { // jobs.md §4.7
    const Place place;
    const std::string content = noise(fileSize, 2);
    const ScriptedServer server({cutAfter(half, content, tagged), honest(content, "\"v1\"")});
    App app;
    app.start(1, place, server.url());
    CHECK(app.hear("JobFinished").starts_with("JobFinished run=1 again=1 exit=75 text=cut off at "));
    app.start(2, place, server.url());
    CHECK(app.hear("UpdateEstimatedNetworkBytes") == "UpdateEstimatedNetworkBytes run=2 600000 0");
    CHECK(app.hear("UpdateTransferredNetworkBytes") != "(silence)");
    CHECK(app.hear("JobFinished").starts_with("JobFinished run=2 again=0 exit=0 text=saved"));
}

TEST_CASE("what can never be right ends the job with its exit code") {
    const Place place;
    App app;
    CHECK(app.start(1, place, "gopher://example.org/"));
    CHECK(app.hear("JobFinished") == "JobFinished run=1 again=0 exit=64 text=the scheme \"gopher\" is not supported: "
                                     "http, https and ftp are");
}

TEST_CASE("onStopJob aborts, keeps what is there and asks for another run") { // jobs.md §4.2
    const Place place;
    const std::string content = noise(fileSize, 3);
    std::promise<void> sent;
    const ScriptedServer server({stallAndTell(content, sent)});
    App app;
    app.start(1, place, server.url());
    sent.get_future().wait();
    CHECK(app.daemon.stopJob(1, STOP_REASON_CONSTRAINT_CONNECTIVITY).get().value());
    CHECK(app.leave() == 0);
    while (!app.daemon.heardNothing())
        CHECK(!app.daemon.heard().starts_with("JobFinished"));
    CHECK(!std::filesystem::exists(place.path()));
}

TEST_CASE("a download that is cancelled leaves nothing behind, one that is only stopped by a person does") {
    for (bool over : {true, false}) { // jobs.md §4.6: the reason alone does not tell them apart
        CAPTURE(over);
        const Place place;
        const std::string content = noise(fileSize, 6);
        std::promise<void> sent;
        const ScriptedServer server({stallAndTell(content, sent)});
        App app({}, over ? none : nothing);
        app.start(1, place, server.url());
        sent.get_future().wait();
        while (app.hear("UpdateTransferredNetworkBytes") == "(silence)" ||
               !std::filesystem::exists(place.parts().state)) {
        }
        CHECK(app.daemon.stopJob(1, STOP_REASON_USER).get().value());
        CHECK(app.hear("GetPendingJob") != "(silence)");
        CHECK(app.leave() == 0);
        CHECK(place.list() == (over ? "" : ".file.stint-part .file.stint-state"));
    }
}

TEST_CASE("Stop ends the job for good and keeps what it has, Later has it tried again") { // jobs.md §5.1, §12.7
    for (const bool again : {false, true}) {
        const Place place;
        const std::string content = noise(fileSize, 4);
        std::promise<void> sent;
        const ScriptedServer server({stallAndTell(content, sent)});
        App app;
        app.start(1, place, server.url());
        sent.get_future().wait();
        app.press(1, "applaud"); // no button of ours
        app.press(1, again ? "later" : "stop");
        const std::string end = app.hear("JobFinished");
        CHECK(end.starts_with(again ? "JobFinished run=1 again=1 exit=75 text=put off at "
                                    : "JobFinished run=1 again=0 exit=75 text=stopped at "));
        app.press(1, "stop"); // a run that is over
        CHECK(app.leave() == 0);
    }
}

TEST_CASE("a rate is kept from its news on, without another connection") { // limits.md §15
    const Place place;
    std::string content = noise(fileSize, 5);
    std::promise<void> sent, sentAnew;
    const ScriptedServer server({stallAndTell(content, sent), stallAndTell(content, sentAnew)});
    App app;
    app.start(1, place, server.url());
    sent.get_future().wait();
    const auto tell = [&](Bytes rate) {
        app.daemon.tell("NetworkChanged", [&](wire::Writer& writer) {
            writer.uint64(1);
            wire::writeNetworkChange(writer, {Network{.interface = "eth0"}, rate});
        });
    };
    tell(1_GiB); // another network, too
    sentAnew.get_future().wait();
    tell(0);
    app.press(1, "stop");
    CHECK(app.hear("JobFinished").starts_with("JobFinished run=1 again=0 exit=75 text=stopped at "));
    CHECK(server.requests().size() == 2);
    CHECK(app.leave() == 0);
}

TEST_CASE("another network has the traffic moved") { // jobs.md §4.7
    const Place place;
    std::string content = noise(fileSize, 5);
    std::promise<void> sent;
    const ScriptedServer server({stallAndTell(content, sent), honest(content, "\"v1\"")});
    App app;
    app.start(1, place, server.url());
    sent.get_future().wait();
    app.daemon.tell("NetworkChanged", [](wire::Writer& writer) {
        writer.uint64(1);
        wire::writeNetwork(writer, Network{.interface = "eth0"});
    });
    CHECK(app.hear("JobFinished").starts_with("JobFinished run=1 again=0 exit=0 text=saved"));
    CHECK(contentOf(place.path()) == content);
    CHECK(server.requests().size() == 2);
}
