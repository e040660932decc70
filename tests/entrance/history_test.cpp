// The events that a browser has missed are there, up to a bound (linux.md §B, live data).
#include <doctest/doctest.h>

#include "entrance/broadcast.hpp"

using namespace stint::entrance;

TEST_CASE("what came after an event is all that came, in order") { // linux.md §A.11
    EventHistory history;
    CHECK(history.since(0)->empty());
    for (const char* const data : {"1", "2", "3"})
        history.add("jobs", data);
    const auto missed = history.since(1);
    REQUIRE(missed);
    REQUIRE(missed->size() == 2);
    CHECK(*missed->front() == "id: 2\nevent: jobs\ndata: 2\n\n");
    CHECK(history.since(3)->empty());
}

TEST_CASE("what was never here is not followed from") {
    EventHistory history;
    history.add("jobs", "1");
    CHECK_FALSE(history.since(2));
    CHECK_FALSE(history.since(UINT64_MAX));
}

TEST_CASE("the history is bounded by number") {
    EventHistory history;
    for (std::size_t i = 0; i <= EventHistory::mostEvents; ++i)
        history.add("jobs", "{}");
    CHECK_FALSE(history.since(0));
    CHECK(history.since(1)->size() == EventHistory::mostEvents);
}

TEST_CASE("the history is bounded by bytes") {
    EventHistory history;
    const std::string large(EventHistory::mostBytes / 2, 'x');
    history.add("jobs", large);
    history.add("jobs", large);
    CHECK_FALSE(history.since(0));
    CHECK(history.since(1)->size() == 1);
}

TEST_CASE("after a break nobody goes on from what was before it") {
    EventHistory history;
    history.add("jobs", "1");
    history.breakOff();
    CHECK_FALSE(history.since(1));
    CHECK(history.since(history.last())->empty());
}
