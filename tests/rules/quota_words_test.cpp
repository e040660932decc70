// The sentence about a quota that is used up (limits.md §3.5): it names the limit that binds, not another.
#include <doctest/doctest.h>

#include "contract/rules/quota.hpp"
#include "quota_day.hpp"

using namespace stint;

namespace {

void run(Day& day, Duration from, Duration to) {
    day.app.memory.quota.sessions.push_back({Instant{from}, Instant{to}, 1});
    day.until(to);
}

} // namespace

TEST_CASE("used up is the time of the window, or the day's") { // limits.md §3.5; examples 3 and 18
    Day day(Bucket::WorkingSet);
    run(day, min(0), min(10));
    CHECK(regularShortage(day.app, day.world()) == "10min of 10min used in 4h");
    Day active(Bucket::Active);
    for (int hour = 0; hour < 12; ++hour)
        run(active, min(60 * hour), min(60 * hour + 19));
    run(active, min(720), min(732));
    CHECK(regularShortage(active.app, active.world()) == "4h of 4h used in 1d");
}

TEST_CASE("used up are the sessions, though time is left") { // limits.md §5; example 6
    Day day(Bucket::Restricted);
    run(day, min(0), min(3));
    CHECK(regularShortage(day.app, day.world()) == "the limit of 1 session in 1d is reached");
}

TEST_CASE("used up are the job starts, in the window or in a minute") { // limits.md §3.2; examples 21 and 22
    Day day(Bucket::Rare);
    day.app.memory.quota.sessions.push_back({Instant{}, Instant{sec(241)}, 48});
    day.until(sec(241));
    CHECK(regularShortage(day.app, day.world()) == "the limit of 48 job starts in 1d is reached");
    Day active(Bucket::Active);
    active.app.memory.quota.jobStarts = {Instant{}, 20};
    active.until(sec(20));
    CHECK(regularShortage(active.app, active.world()) == "the limit of 20 job starts in 1min is reached");
}

TEST_CASE("of two that are used up the one that returns last is told") { // limits.md §3.7; example 7
    Day day(Bucket::Restricted);
    run(day, min(0), min(10)); // time returns 24:00:30, the session 24:10:00
    CHECK(regularShortage(day.app, day.world()) == "the limit of 1 session in 1d is reached");
}

TEST_CASE("what has begun to come back is told until as much is there as wakes the app") { // limits.md §3.7
    Day day(Bucket::WorkingSet);
    run(day, min(0), min(10));
    day.until(min(240) + sec(10));
    CHECK(regularShortage(day.app, day.world()) == "9min50s of 10min used in 4h");
    day.until(min(240) + sec(31));
    CHECK(regularShortage(day.app, day.world()).empty());
}

TEST_CASE("nothing is used up while there is quota") {
    const Day day(Bucket::Rare);
    CHECK(regularShortage(day.app, day.world()).empty());
}
