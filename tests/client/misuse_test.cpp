// A daemon that says what no daemon should: the app stays up, and the daemon is told what was wrong.
#include <doctest/doctest.h>

#include "client/fake_daemon.hpp"
#include "client/recorded_service.hpp"

using namespace stint;

namespace {

Error refusal(const std::string& member, const FakeDaemon::Write& write) {
    FakeDaemon daemon;
    RecordedService service;
    auto connection = Connection::open().value();
    REQUIRE(connection.host("Jobs", service).ok());
    auto answer = daemon.answerOf(connection, daemon.call(member, write));
    CHECK(service.calls.empty());
    // And the next right one is served.
    CHECK(daemon.answerOf(connection, daemon.startJob(9, "Jobs")).value());
    REQUIRE_FALSE(answer.ok());
    return answer.error();
}

} // namespace

TEST_CASE("a call that is wrong is answered by an error that names it") {
    struct Row {
        const char* member;
        FakeDaemon::Write write;
        const char* named;
    };
    // clang-format off
    for (const auto& row : {
             Row{"StartJob", [](wire::Writer& w) { w.string("1"); }, "StartJob"},
             Row{"StartJob", [](wire::Writer&) {}, "StartJob"},
             Row{"StartJob", [](wire::Writer& w) { w.uint64(1).string("Jobs").uint64(1); }, "StartJob"},
             Row{"StartJob", [](wire::Writer& w) { w.uint64(1).string("Else"); wire::writeRunParameters(w, {}); },
                 "no service \"Else\""},
             Row{"StopJob", [](wire::Writer& w) { w.uint64(1); }, "StopJob"},
             Row{"NetworkChanged", [](wire::Writer& w) { w.boolean(true); }, "NetworkChanged"},
             Row{"NotificationAction", [](wire::Writer& w) { w.uint64(1).uint64(1); }, "NotificationAction"},
             Row{"Dance", [](wire::Writer&) {}, "Dance"}}) {
        INFO(row.member);
        CHECK(refusal(row.member, row.write).message.find(row.named) != std::string::npos);
    }
    // clang-format on
}

TEST_CASE("a run cannot be started twice") {
    FakeDaemon daemon;
    RecordedService service;
    auto connection = Connection::open().value();
    REQUIRE(connection.host("Jobs", service).ok());
    CHECK(daemon.answerOf(connection, daemon.startJob(1, "Jobs")).value());
    CHECK(daemon.answerOf(connection, daemon.startJob(1, "Jobs")).error().code == Errc::ILLEGAL_STATE);
    CHECK(service.calls == Lines{"start 0"});
}

TEST_CASE("a stop reason of a newer daemon is handed on as its number") { // jobs.md §12.11
    FakeDaemon daemon;
    RecordedService service;
    auto connection = Connection::open().value();
    REQUIRE(connection.host("Jobs", service).ok());
    CHECK(daemon.answerOf(connection, daemon.startJob(1, "Jobs")).value());
    CHECK(daemon.answerOf(connection, daemon.stopJob(1, static_cast<StopReason>(99))).value());
    CHECK(static_cast<int>(service.last.getStopReason()) == 99);
}

TEST_CASE("words about a run that is not there are ignored") {
    FakeDaemon daemon;
    RecordedService service;
    auto connection = Connection::open().value();
    REQUIRE(connection.host("Jobs", service).ok());
    daemon.tell("NetworkChanged", [](wire::Writer& writer) {
        writer.uint64(77);
        wire::writeNetwork(writer, {});
    });
    daemon.tell("NotificationAction", [](wire::Writer& writer) { writer.uint64(77).string("stop"); });
    daemon.tell("StopJob", [](wire::Writer& writer) { writer.uint64(77).int32(1); });
    CHECK(daemon.answerOf(connection, daemon.startJob(1, "Jobs")).value());
    CHECK(service.calls == Lines{"start 0"});
}

TEST_CASE("a service that the manifest does not declare is not hosted, and may be right later") {
    FakeDaemon daemon;
    RecordedService service;
    auto connection = Connection::open().value();
    REQUIRE(connection.host("Jobs", service).ok());
    CHECK(connection.host("Jobs", service).error().code == Errc::ILLEGAL_ARGUMENT);
    daemon.on("Host", [](wire::Reader&, wire::Writer&) {
        return Result<void>(Error{Errc::SECURITY, "org.stint.testapp declares no service \"More\""});
    });
    CHECK(connection.host("More", service).error().code == Errc::SECURITY);
    CHECK(daemon.answerOf(connection, daemon.startJob(1, "More")).error().code == Errc::ILLEGAL_ARGUMENT);
}
