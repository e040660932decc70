// The door of the fleet's server, from outside: where it is found, and what its answers come to (fleet.md §8.1).
#include <doctest/doctest.h>

#include <cstdlib>

#include <sys/stat.h>

#include "canned_door.hpp"
#include "faces/fleetctl/door.hpp"
#include "faces/screen/exit_code.hpp"

namespace stint::fleetctl {
namespace {

using test::CannedDoor;
using test::Json;
using test::ran;
namespace ends = cli::ends;

Errc codeOf(const Result<cli::Json>& answer) {
    REQUIRE(!answer.ok());
    return answer.error().code;
}

TEST_CASE("a verb asks with the token, of this machine alone, whatever proxy is set") {
    ::setenv("http_proxy", "http://127.0.0.1:9", 1); // nobody is there
    CannedDoor canned;
    canned.says("GET /v1/fleet", {{"name", "office"}});
    const auto door = Door::find(canned.data());
    REQUIRE(door.ok());
    const auto said = door->get("/v1/fleet", {{"query", "label a=\xc3\xa4 & b"}});
    ::unsetenv("http_proxy");
    REQUIRE(said.ok());
    CHECK(said->at("name") == "office");
    REQUIRE(canned.asked().size() == 1);
    CHECK(canned.asked()[0].query == "query=label%20a%3D%C3%A4%20%26%20b");
}

TEST_CASE("each status of the door is an error, with its sentence") {
    CannedDoor canned;
    const auto door = Door::find(canned.data());
    REQUIRE(door.ok());
    struct Row {
        int status;
        Errc code;
    };
    for (const Row& row :
         {Row{400, Errc::ILLEGAL_ARGUMENT}, Row{403, Errc::SECURITY}, Row{404, Errc::REFUSED},
          Row{409, Errc::ILLEGAL_STATE}, Row{503, Errc::BUSY}, Row{500, Errc::SYSTEM}, Row{302, Errc::SYSTEM}}) {
        CAPTURE(row.status);
        canned.says("GET /v1/fleet", {{"error", "so it is"}}, row.status);
        const auto said = door->get("/v1/fleet");
        CHECK(codeOf(said) == row.code);
        if (row.code != Errc::SYSTEM) CHECK(said.error().message == "so it is");
    }
    for (const char* const body : {"", "[]", "null", "{", "7", "\xff\xfe"}) {
        canned.says("GET /v1/fleet", [body](const http::Request&) {
            return http::Answer{200, "application/json", body};
        });
        CHECK(codeOf(door->get("/v1/fleet")) == Errc::SYSTEM);
    }
    canned.write(fmt::format("http://127.0.0.1:{} another\n", canned.port()));
    CHECK(codeOf(door->get("/v1/fleet")) == Errc::SECURITY);                           // 401
    canned.write(fmt::format("http://127.0.0.1:{} {}\n", canned.port(), test::token)); // as one that has begun anew
    canned.says("GET /v1/fleet", Json{{"name", "office"}});
    CHECK(door->get("/v1/fleet").ok());
}

TEST_CASE("errors of the door end as those of other verbs do") {
    CannedDoor canned;
    struct Row {
        int status, ends;
    };
    for (const Row& row :
         {Row{400, ends::usage}, Row{401, ends::refused}, Row{403, ends::refused}, Row{404, ends::noInput},
          Row{409, ends::failure}, Row{503, ends::waits}, Row{418, ends::protocol}}) {
        CAPTURE(row.status);
        canned.says("GET /v1/campaigns", {{"error", "a\x1b[2Jb\nc"}}, row.status);
        const auto made = ran(campaigns, canned.data(), {"campaigns"});
        CHECK(made.code == row.ends);
        CHECK(made.out.empty());
        CHECK(made.err.starts_with("stint: cannot list campaigns: "));
        CHECK(made.err.find('\x1b') == std::string::npos);
        CHECK(made.err.find('\n') == made.err.size() - 1);
    }
}

TEST_CASE("where no server runs, or somebody else may have written where it is, nobody is asked") {
    CannedDoor canned;
    const auto file = canned.data() / "door";
    for (const char* const text :
         {"", "\n", "http://127.0.0.1:1", "http://127.0.0.1:1 \n", "http://198.51.100.7:80 token\n",
          "https://127.0.0.1:1 token\n", "http://127.0.0.1:1 to\x1bken\n"}) {
        CAPTURE(text);
        canned.write(text);
        CHECK(!Door::find(canned.data()).ok());
    }
    canned.write("http://127.0.0.1:1 token\n"); // nobody listens there any more
    CHECK(ran(campaigns, canned.data(), {"campaigns"}).code == ends::unavailable);
    ::chmod(file.c_str(), 0644);
    CHECK(ran(campaigns, canned.data(), {"campaigns"}).code == ends::refused);
    std::filesystem::remove(file);
    const auto made = ran(campaigns, canned.data(), {"campaigns"});
    CHECK(made.code == ends::unavailable);
    CHECK(made.err.find("`stint fleet serve`") != std::string::npos);
    CHECK(ran(campaigns, canned.data() / "none", {"campaigns"}).code == ends::unavailable);
    CHECK(canned.asked().empty());
}

} // namespace
} // namespace stint::fleetctl
