// Where a command's own cgroup may be made, and what becomes of a limit that cannot be held (limits.md §13).
#include <doctest/doctest.h>

#include "programs/shell/command.hpp"

using namespace stint;
using namespace stint::shell;

TEST_CASE("only the cgroup that stintd made for a process of the shell app is divided") {
    const std::string enclosure = "/user.slice/stintd.service/stint-0123/app.org.stint.shell/17";
    CHECK(enclosureIn(enclosure) == enclosure);
    CHECK(enclosureIn(enclosure + "/shell") == enclosure); // this process has moved aside
    for (const char* other :
         {"/", "", "/17", "/app.org.stint.shell", "/app.org.stint.shell/x", "/app.com.example/17",
          "/user.slice/session-3.scope", "/app.org.stint.shell/17/other", "/app.org.stint.shell/17/shell/shell"})
        CHECK_MESSAGE(!enclosureIn(other), other);
}

TEST_CASE("a limit that a person has asked for holds or is an error; the policy's holds where it can") {
    // This test runs in no cgroup that stintd made.
    const auto asked = CommandCgroup::make({.memoryMax = 64 << 20}, {});
    REQUIRE_FALSE(asked.ok());
    CHECK(asked.error().message.starts_with("cannot hold MemoryMax=64M here: "));
    const auto otherwise = CommandCgroup::make({}, {.memoryMax = 64 << 20, .cpuWeight = 20});
    REQUIRE(otherwise.ok());
    CHECK_FALSE(otherwise->has_value());
    CHECK(CommandCgroup::make({.memoryMax = CgroupLimits::infinity}, {}).ok()); // needs nobody to hold it
}
