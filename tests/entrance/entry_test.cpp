// The door and its rights, without a socket (linux.md §A.11; tests/e2e/test_taskmanager_security.py has them).
#include <doctest/doctest.h>

#include "entrance/entry.hpp"
#include "entrance/peer.hpp"

using namespace stint::entrance;

namespace {

const std::string aToken(64, 'a'), aCookie(64, 'b');

std::string_view methodOf(std::string_view path) {
    if (path == "/enter" || path == "/api/jobs/pause") return "POST";
    return path == "/metrics" || path == "/api/why" ? "GET" : "";
}

Entry door() {
    return {{.cookie = "stint", .command = "stint ui", .api = "/api/", .methodOf = methodOf},
            4711,
            Secret(aToken),
            Secret(aCookie)};
}

Request asking(const std::string& method, const std::string& path) {
    Request request;
    request.method = method;
    request.path = path;
    request.hosts = {"127.0.0.1:4711"};
    request.cookies = {aCookie};
    request.contentType = "application/json";
    request.peer.whose = Peer::Ours;
    return request;
}

stint::Result<void> yes() { return {}; }
stint::Result<void> no() { return stint::Error{stint::Errc::SECURITY, "a job's"}; }

int statusOfAsking(const Request& request) {
    const auto refused = door().refused(request);
    return refused ? refused->status : 200;
}

} // namespace

TEST_CASE("a secret is itself and nothing else") {
    const auto drawn = Secret::draw(), other = Secret::draw();
    REQUIRE(drawn.ok());
    CHECK(drawn->text().size() == 64);
    CHECK(drawn->text() != other->text());
    CHECK(drawn->is(drawn->text()));
    for (const std::string& word : {std::string(), drawn->text().substr(1), drawn->text() + "0", other->text()})
        CHECK_FALSE(drawn->is(word));
    CHECK_FALSE(Secret("").is(""));
}

TEST_CASE("another user learns only that he may not") {
    for (const char* const path : {"/", "/enter", "/metrics", "/../x"}) {
        Request request = asking("GET", path);
        request.peer.whose = Peer::Foreign;
        request.authorization = "Bearer " + aToken;
        const auto refused = door().refused(request);
        REQUIRE(refused);
        CHECK(refused->status == 401);
        CHECK(refused->body.empty());
    }
}

TEST_CASE(
    "only / answers who has not entered with a page, which is no error to a browser's console") { // linux.md §A.11
    Request request = asking("GET", "/");
    request.cookies.clear();
    const auto page = door().refused(request);
    REQUIRE(page);
    CHECK(page->status == 200);
    CHECK(page->body.find("stint ui") != std::string::npos);
    for (const char* const method : {"POST", "HEAD"}) {
        request.method = method;
        CHECK(statusOfAsking(request) == 401);
    }
}

TEST_CASE("each header that is wrong has its own status, and the cookie comes before the path") {
    // clang-format off
    struct Row { void (*spoil)(Request&); int status; };
    for (const Row& row : {
             Row{[](Request&) {}, 200},
             Row{[](Request& r) { r.peer.whose = Peer::Unknown; }, 200}, // this kernel tells of none
             Row{[](Request& r) { r.hosts = {}; }, 400},
             Row{[](Request& r) { r.hosts = {"LOCALHOST:4711"}; }, 200},
             Row{[](Request& r) { r.hosts = {"localhost:4712"}; }, 421},
             Row{[](Request& r) { r.hosts = {"127.0.0.1:4711", "127.0.0.1:4711"}; }, 400},
             Row{[](Request& r) { r.origin = "http://[::1]:4711"; }, 200},
             Row{[](Request& r) { r.origin = "https://127.0.0.1:4711"; }, 403},
             Row{[](Request& r) { r.origin = ""; }, 403},
             Row{[](Request& r) { r.peer = {}; }, 401},             // nobody's any more
             Row{[](Request& r) { r.cookies = {aToken}; }, 401},
             Row{[](Request& r) { r.cookies = {aToken, "", aCookie, aToken}; }, 200}, // another server's beside it
             Row{[](Request& r) { r.cookies = {}; r.path = "/nothing"; }, 401},
             Row{[](Request& r) { r.path = "/api/nothing"; }, 404},
             Row{[](Request& r) { r.method = "PUT"; }, 405},
             Row{[](Request& r) { r.contentType = "text/plain"; }, 415},
             Row{[](Request& r) { r.contentType = "Application/JSON ; charset=utf-8"; }, 200}}) {
        // clang-format on
        Request request = asking("POST", "/api/jobs/pause");
        row.spoil(request);
        CHECK(statusOfAsking(request) == row.status);
    }
}

TEST_CASE("the token enters by its own body alone, and not for a job's process") {
    Request request = asking("POST", "/enter");
    request.cookies.clear();
    CHECK(statusOfAsking(request) == 200);
    request.body = R"({"token": ")" + aToken + R"("})";
    CHECK(door().enter(request, yes).status == 204);
    CHECK(door().enter(request, no).status == 401);
    CHECK(door().enter(request, no).body == "{\"error\":\"a job's\"}\n");
    request.body = R"({"token": ")" + aCookie + R"("})";
    CHECK(door().enter(request, yes).status == 401);
    CHECK(door().enter(request, no).body.empty()); // without the token nothing is told
}

TEST_CASE("the token as a bearer reads metrics, and is no cookie") {
    Request request = asking("GET", "/metrics");
    request.cookies.clear();
    CHECK(statusOfAsking(request) == 401);
    request.authorization = "Bearer " + aToken;
    CHECK(statusOfAsking(request) == 200);
    request.path = "/api/why";
    CHECK(statusOfAsking(request) == 401);
}

TEST_CASE("a job's cgroup is known by both of its names") { // architecture.md, who is calling
    CHECK(isOfJob("/user.slice/stint-0123456789abcdef/app.com.example.mail/p1"));
    CHECK(isOfJob("/stint-0123456789abcdef/app.org.stint.shell"));
    CHECK_FALSE(isOfJob("/user.slice/app.com.example.mail"));
    CHECK_FALSE(isOfJob("/stint-0123456789abcdef/daemon"));
    CHECK_FALSE(isOfJob("/stint-short/app.com.example.mail"));
    CHECK_FALSE(isOfJob("/"));
}
