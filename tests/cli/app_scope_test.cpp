// `stint start` of an app with windows: the unit that says whose it is (linux.md §A.6).
#include <doctest/doctest.h>

#include "faces/control/detached.hpp"

using namespace stint::cli;

TEST_CASE("a scope is named after its app, whose own dashes part nothing") { // linux.md §A.6
    CHECK(scopeName("com.example.mail", 0x1f) == "app-stint-com.example.mail-1f.scope");
    CHECK(scopeName("com.example.two-parts", 0x1f) == "app-stint-com.example.two\\x2dparts-1f.scope");
}
