// What a work item may be, in the app and in the daemon alike (jobs.md §2.5).
#include "rules/work_item.hpp"

#include <doctest/doctest.h>
#include <limits>

using namespace stint;

namespace {

constexpr Bytes largestSize = std::numeric_limits<Bytes>::max();

std::string refusalOf(const WorkItem& item) {
    const auto broken = brokenRule(item);
    if (!broken) return "";
    CHECK(broken->code == Errc::ILLEGAL_ARGUMENT);
    return broken->message;
}

} // namespace

TEST_CASE("a work item's chunk is no larger than its estimate") { // jobs.md §1.2 V4, §2.5
    CHECK(refusalOf({}).empty());
    CHECK(refusalOf({.minimumChunk = 5}).empty()); // its size is unknown
    CHECK(refusalOf({.estimatedDown = 2, .estimatedUp = 3, .minimumChunk = 5}).empty());
    CHECK(refusalOf({.estimatedUp = 3, .minimumChunk = 5}) == "a minimum network chunk of 5 bytes in a work item of 3");
    CHECK(refusalOf({.minimumChunk = 0}) ==
          "a minimum network chunk of 0 bytes; use a number above 0, or -1 where it is unknown");
    CHECK(refusalOf({.estimatedDown = -2}) ==
          "a work item of -2 bytes down and -1 up; each is at least 0, or -1 where it is unknown");
}

TEST_CASE("estimates whose sum is no number any more are as large as can be") { // jobs.md §1.1
    CHECK(refusalOf({.estimatedDown = largestSize, .estimatedUp = largestSize}).empty());
    CHECK(
        refusalOf({.estimatedDown = Bytes{1} << 62, .estimatedUp = largestSize, .minimumChunk = largestSize}).empty());
}
