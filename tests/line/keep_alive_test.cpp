#include <doctest/doctest.h>

#include "push/line/fetching.hpp"

using namespace stint;
using namespace stint::push;

TEST_CASE("a line may be silent for longer after each check that was answered, up to 28 min") { // push.md §4.1
    KeepAlive keepAlive;
    CHECK(keepAlive.length("home") == 4min);
    keepAlive.answered("home", 4min);
    CHECK(keepAlive.length("home") == 8min);
    for (int n = 0; n < 10; ++n)
        keepAlive.answered("home", 28min);
    CHECK(keepAlive.length("home") == 28min);
    CHECK(keepAlive.length("train") == 4min); // each network has its own
}

TEST_CASE("a check that came early proves nothing of a longer silence") { // push.md §4.1
    KeepAlive keepAlive;
    keepAlive.answered("home", 192s - 1ms);
    CHECK(keepAlive.length("home") == 4min);
    keepAlive.answered("home", 192s);
    CHECK(keepAlive.length("home") == 8min);
}

TEST_CASE("a dead line halves the silence, to no less than a minute") { // push.md §4.1
    KeepAlive keepAlive;
    keepAlive.died("home");
    CHECK(keepAlive.length("home") == 2min);
    keepAlive.died("home");
    keepAlive.died("home");
    CHECK(keepAlive.length("home") == 1min);
}

TEST_CASE("networks without end are not all kept in mind") {
    KeepAlive keepAlive;
    for (int n = 0; n < 1'000; ++n)
        keepAlive.died(std::to_string(n));
    CHECK(keepAlive.length("0") == KeepAlive::first);
    CHECK(keepAlive.length("999") == 2min);
}
