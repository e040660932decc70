#include "base/unix/paths.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include <pwd.h>
#include <unistd.h>

namespace stint {

TEST_CASE("where HOME says nothing the user database does: cron and env -i may leave it out") {
    const char* const told = std::getenv("HOME");
    const std::string before = told ? told : "";
    ::setenv("HOME", "/somewhere", 1);
    CHECK(homeDirectory() == "/somewhere");
    for (const char* const none : {"", "relative"}) {
        ::setenv("HOME", none, 1);
        CHECK(homeDirectory() == ::getpwuid(::getuid())->pw_dir);
    }
    ::unsetenv("HOME");
    CHECK(homeDirectory() == ::getpwuid(::getuid())->pw_dir);
    for (const char* const none : {"", "relative"}) {
        ::setenv("STINT_TEST_HOME", none, 1);
        CHECK(baseDirectory("STINT_TEST_HOME", ".local/share") == homeDirectory() / ".local/share");
    }
    ::setenv("STINT_TEST_HOME", "/elsewhere", 1);
    CHECK(baseDirectory("STINT_TEST_HOME", ".local/share") == "/elsewhere");
    ::unsetenv("STINT_TEST_HOME");
    if (told) ::setenv("HOME", before.c_str(), 1);
}

} // namespace stint
