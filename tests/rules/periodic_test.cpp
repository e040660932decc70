// The windows of a periodic job (jobs.md §6.5, §11 examples 36 to 39).
#include <doctest/doctest.h>

#include "contract/rules/ending.hpp"
#include "contract/rules/job_clocks.hpp"
#include "last_words.hpp"

using namespace stint;

namespace {

Instant minute(std::int64_t n) { return Instant{std::chrono::minutes{n}}; }

struct Row {
    std::int64_t flex, done, earliest, latest; ///< minutes; period 60, the first window ends at 60
};

} // namespace

TEST_CASE("the first window ends a period from now, and is as long as the flex") { // §6.5
    CHECK(firstWindow({60min, 60min}, minute(0), {}).earliest == minute(0));
    CHECK(firstWindow({60min, 15min}, minute(0), {}).earliest == minute(45));
    CHECK(firstWindow({60min, 15min}, minute(0), {}).latest == minute(60));
}

TEST_CASE("windows stay on the original grid") { // §11 examples 36 to 38
    // clang-format off
    for (const Row& row : {Row{60,   1,  60, 120},   // plain
                           Row{60,  55,  65, 120},   // late in its window: a buffer of 5 is kept
                           Row{60,  60,  70, 120},   // at its very end: a sixth of the period
                           Row{60,  70,  60, 120},   // late by 10: eligible at once
                           Row{60, 130, 120, 180},
                           Row{15,  46, 105, 120},
                           Row{15, 100, 105, 120},   // late, the next window is far enough
                           Row{12, 105, 108, 120},   // three minutes before it: more than a sixth of the flex
                           Row{12, 106, 168, 180},   // two minutes before it: a sixth, so it is skipped
                           Row{15, 103, 165, 180}}) { // late, the next window is too near: skipped
        CAPTURE(row.done);
        const PeriodWindow next = nextWindow({60min, std::chrono::minutes{row.flex}}, minute(60), minute(row.done), {});
        CHECK(next.earliest == minute(row.earliest));
        CHECK(next.latest == minute(row.latest));
    }
    // clang-format on
}

TEST_CASE("a window that a wrong clock moved far away is brought near again") { // §7.2
    const JobInfo::Period period{60min, 15min};
    CHECK(clampedWindow(period, minute(200), minute(0)).earliest == minute(60));
    CHECK(clampedWindow(period, minute(200), minute(0)).latest == minute(75));
    CHECK(clampedWindow(period, minute(60), minute(0)).earliest == minute(45));
}

TEST_CASE("a period longer than a year is a year") { // §0 max_period
    const Duration year = std::chrono::hours{24 * 365};
    CHECK(firstWindow({2 * year, 2 * year}, minute(0), {}).latest == minute(0) + year);
}

TEST_CASE("a job without a period has no next one") {
    constexpr std::array mistakes{
        Mistake{"job.info.isPeriodic()", [] { static_cast<void>(nextPeriod({}, {}, {})); }},
    };
    CHECK(unnoticed(mistakes) == "");
}
