// The version of a nats-server (push.md §3.3).
#include <doctest/doctest.h>

#include "push/serving/serving.hpp"

using namespace stint::push;

TEST_CASE("a nats-server's version is read from its own word") {
    CHECK(versionIn("v2.9.10") == Version{2, 9, 10});
    CHECK(versionIn("v2.12.0-RC.1") == Version{2, 12, 0});
    for (const char* const none : {"", "v", "2.9.10", "v2.9", "vx.y.z", "v1.2.3.4", "v1.2.99999999999"})
        CHECK_FALSE(versionIn(none));
    CHECK(tooOldForCluster("v2.9.10").find("v2.10.27") != std::string::npos);
    CHECK(tooOldForCluster("v2.10.27").empty());
    CHECK(tooOldForCluster("").empty());
}
