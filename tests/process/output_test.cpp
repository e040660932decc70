// A started process's output where nobody else takes it (SECURITY.md: it is logged as its app's, and holds nobody up).
#include <fcntl.h>
#include <unistd.h>

#include "process/world.hpp"

namespace stint {
namespace {

using Lines = std::vector<std::string>;

const AppId app{"com.example.app"};

} // namespace

TEST_CASE("it comes by lines, from stdout and stderr, to the last one without an end") {
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    World world(cgroups);
    const auto started = world.processes->start(shell("echo one; echo two >&2; echo; printf three"));
    REQUIRE(started.ok());
    world.waitForEnd(started->id);
    CHECK(world.written[app] == Lines{"one", "two", "three"});
}

TEST_CASE("what two apps write at once is each one's own") {
    World world(true);
    const auto one = world.processes->start(shell("printf o; read go <&3; echo ne", "com.example.one"));
    const auto two = world.processes->start(shell("printf t; read go <&3; echo wo", "com.example.two"));
    REQUIRE(one.ok());
    REQUIRE(two.ok());
    for (const auto* each : {&*one, &*two})
        REQUIRE(::write(each->socket.get(), "go\n", 3) == 3);
    world.waitForEnd(one->id);
    world.waitForEnd(two->id);
    CHECK(world.written[AppId{"com.example.one"}] == Lines{"one"});
    CHECK(world.written[AppId{"com.example.two"}] == Lines{"two"});
}

TEST_CASE("a line of more than 1 KiB comes in pieces, so that none is kept whole") {
    World world(true);
    const auto started = world.processes->start(shell("head -c 2500 /dev/zero | tr '\\0' x; echo; echo end"));
    REQUIRE(started.ok());
    world.waitForEnd(started->id);
    CHECK(world.written[app] == Lines{std::string(1024, 'x'), std::string(1024, 'x'), std::string(452, 'x'), "end"});
}

TEST_CASE("what somebody else takes does not come") {
    World world(true);
    const Fd null(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    Command command = shell("echo one; echo two >&2");
    command.stdio[1] = null.get();
    const auto half = world.processes->start(command);
    command.stdio[2] = null.get();
    const auto none = world.processes->start(command);
    REQUIRE(half.ok());
    REQUIRE(none.ok());
    world.waitForEnd(half->id);
    world.waitForEnd(none->id);
    CHECK(world.written[app] == Lines{"two"});
}

TEST_CASE("who writes without end holds up neither another nor its own end") {
    bool cgroups = bothWays();
    CAPTURE(cgroups);
    World world(cgroups);
    const auto floods = world.processes->start(shell("exec yes", "com.example.loud"));
    REQUIRE(floods.ok());
    world.runUntil([&] { return !world.written[AppId{"com.example.loud"}].empty(); });
    const auto other = world.processes->start(shell("echo heard"));
    REQUIRE(other.ok());
    world.waitForEnd(other->id);
    CHECK(world.written[app] == Lines{"heard"});
    world.processes->kill(floods->id);
    CHECK(world.waitForEnd(floods->id).killed);
}

} // namespace stint
