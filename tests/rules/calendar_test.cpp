// Times of a calendar (jobs.md §14.1). What is to come of each is what systemd 252 says (systemd-analyze calendar).
#include <doctest/doctest.h>

#include <ctime>
#include <iomanip>
#include <sstream>

#include "base/time/time.hpp"
#include "contract/rules/calendar.hpp"

using namespace stint;
using namespace std::chrono_literals;

namespace {

/// "2026-11-22T00:30:00Z"
WallTime utc(const std::string& text) {
    std::tm fields{};
    std::istringstream(text) >> std::get_time(&fields, "%Y-%m-%dT%H:%M:%SZ");
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::from_time_t(::timegm(&fields)));
}

std::string wholeSeconds(WallTime time) {
    std::string text = formatWall(time);
    return text.replace(text.find(".000"), 4, "");
}

/// Central Europe's, as of 2026 and 2027.
const TimeZone berlin({{utc("2026-01-01T00:00:00Z"), 1h},
                       {utc("2026-03-29T01:00:00Z"), 2h},
                       {utc("2026-10-25T01:00:00Z"), 1h},
                       {utc("2027-03-28T01:00:00Z"), 2h},
                       {utc("2027-10-31T01:00:00Z"), 1h}});

/// The first times after that, as UTC; "never" at their end.
std::vector<std::string> timesOf(std::string_view text, WallTime after, std::size_t most,
                                 const TimeZone& zone = berlin) {
    const auto calendar = Calendar::parse(text);
    REQUIRE(calendar.ok());
    std::vector<std::string> times;
    while (times.size() < most) {
        const auto next = calendar->next(after, zone);
        times.push_back(next ? wholeSeconds(*next) : "never");
        if (!next) break;
        CHECK(*next > after);
        after = *next;
    }
    return times;
}

} // namespace

TEST_CASE("the times of a calendar are systemd's") {  // jobs.md §14.1
    const WallTime now = utc("2026-11-22T00:30:00Z"); // 01:30 in Berlin, a Sunday
    struct Row {
        std::string_view calendar;
        std::vector<std::string_view> times; // in Berlin
    };
    // clang-format off
    for (const Row& row : {
        Row{"Mon..Fri 09:00", {"2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z", "2026-11-25T08:00:00Z"}},
        Row{"*-*-01 06:30", {"2026-12-01T05:30:00Z", "2027-01-01T05:30:00Z", "2027-02-01T05:30:00Z"}},
        Row{"hourly", {"2026-11-22T01:00:00Z", "2026-11-22T02:00:00Z"}},
        Row{"*:0/15", {"2026-11-22T00:45:00Z", "2026-11-22T01:00:00Z", "2026-11-22T01:15:00Z"}},
        Row{"Sat,Sun *-*-* 10:00:30", {"2026-11-22T09:00:30Z", "2026-11-28T09:00:30Z", "2026-11-29T09:00:30Z"}},
        Row{"*-02-29", {"2028-02-28T23:00:00Z", "2032-02-28T23:00:00Z"}},
        Row{"Fri *-02-29 12:00", {"2036-02-29T11:00:00Z", "2064-02-29T11:00:00Z"}},
        Row{"*-*~1 23:59", {"2026-11-30T22:59:00Z", "2026-12-31T22:59:00Z", "2027-01-31T22:59:00Z"}},
        Row{"*-02~03", {"2027-02-25T23:00:00Z"}},
        Row{"*-04~07/3", {"2027-04-23T22:00:00Z", "2027-04-26T22:00:00Z", "2027-04-29T22:00:00Z"}},
        Row{"*-02~28/5", {"2027-01-31T23:00:00Z", "2027-02-05T23:00:00Z"}},
        Row{"*-*~01..04/2", {"2026-11-27T23:00:00Z", "2026-11-29T23:00:00Z", "2026-12-28T23:00:00Z"}},
        Row{"Mon-Wed,Sat 09:00", {"2026-11-23T08:00:00Z", "2026-11-24T08:00:00Z", "2026-11-25T08:00:00Z", "2026-11-28T08:00:00Z"}},
        Row{"2026-12-24 18:00", {"2026-12-24T17:00:00Z", "never"}},
        Row{"12-24 18:00", {"2026-12-24T17:00:00Z", "2027-12-24T17:00:00Z"}},
        Row{"Mon", {"2026-11-22T23:00:00Z", "2026-11-29T23:00:00Z"}},
        Row{"quarterly", {"2026-12-31T23:00:00Z", "2027-03-31T22:00:00Z", "2027-06-30T22:00:00Z"}},
        Row{"*-*-* 8..18/2:30", {"2026-11-22T07:30:00Z", "2026-11-22T09:30:00Z"}},
        Row{"daily UTC", {"2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"}},
        Row{"*-1/3-1", {"2026-12-31T23:00:00Z", "2027-03-31T22:00:00Z"}},
        Row{"99-01-01", {"never"}},
        Row{"*-02-30", {"never"}}}) {
        // clang-format on
        CAPTURE(row.calendar);
        const auto times = timesOf(row.calendar, now, row.times.size());
        REQUIRE(times.size() == row.times.size());
        for (std::size_t i = 0; i < times.size(); ++i)
            CHECK(times[i] == row.times[i]);
    }
}

TEST_CASE("a time that clocks jump over comes after the jump, and one that comes twice comes once") { // jobs.md §14.1
    CHECK(timesOf("*-*-* 02:30", utc("2027-03-27T12:00:00Z"), 2) ==
          std::vector<std::string>{"2027-03-28T01:30:00Z", "2027-03-29T00:30:00Z"});
    CHECK(timesOf("*-*-* 02:30", utc("2027-10-30T12:00:00Z"), 2) ==
          std::vector<std::string>{"2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"});
    CHECK(timesOf("hourly", utc("2027-10-30T23:00:00Z"), 3) ==
          std::vector<std::string>{"2027-10-31T00:00:00Z", "2027-10-31T02:00:00Z", "2027-10-31T03:00:00Z"});
}

TEST_CASE("what is no calendar is refused by the part that is wrong") { // jobs.md §14.1
    struct Row {
        std::string_view calendar;
        std::string_view complaint;
    };
    for (const Row& row :
         {Row{"", "\"\" is not a calendar"}, Row{"Moonday", "\"Moonday\" is not a day of the week"},
          Row{"25:00", "\"25\" is not an hour: it is from 0 to 23"}, Row{"*:60", "\"60\" is not a minute"},
          Row{"*-13-01", "\"13\" is not a month"}, Row{"*-*-00", "\"00\" is not a day: it is from 1 to 31"},
          Row{"9..8:00", "\"9..8\" ends before it begins"}, Row{"*:0/0", "\"/0\" is not a step"},
          Row{"*:1..2..3", "\"1..2..3\" is not a minute"}, Row{"Mon 09:00 Europe/Berlin", "\"Europe/Berlin\""},
          Row{"09:00 Mon", "\"Mon\" is too much"}, Row{"1-2-3-4", "\"1-2-3-4\" is not a date"},
          Row{"1:2:3:4", "\"1:2:3:4\" is not a time"}, Row{"-5:00", "\"-5\" is not an hour"}}) {
        CAPTURE(row.calendar);
        const auto calendar = Calendar::parse(row.calendar);
        REQUIRE_FALSE(calendar.ok());
        CHECK(calendar.error().code == Errc::ILLEGAL_ARGUMENT);
        CAPTURE(calendar.error().message);
        CHECK(calendar.error().message.starts_with(row.complaint));
    }
}
