// The value of --at (jobs.md §14.1), in whatever zone this machine is.
#include "faces/cli/line/job_options.hpp"

#include <string>

#include <doctest/doctest.h>

#include <absl/time/time.h>

using namespace stint;
using namespace stint::cli;

namespace {

WallTime wall(absl::Time time) { return WallTime(Duration(absl::ToUnixMillis(time))); }
WallTime at(int month, int day, int hour, int minute = 0) {
    return wall(absl::FromCivil(absl::CivilSecond(2026, month, day, hour, minute), absl::LocalTimeZone()));
}

const WallTime evening = at(11, 24, 18, 30); // a Tuesday

} // namespace

TEST_CASE("--at takes the words of systemd.time(7) and the common ones of at(1)") { // jobs.md §14.1
    struct Row {
        std::string text;
        WallTime means;
    };
    for (const Row& row : {
             Row{"19:00", at(11, 24, 19)},
             Row{"18:30", at(11, 25, 18, 30)}, // it is that late now: the next
             Row{"02:00", at(11, 25, 2)},
             Row{"9pm", at(11, 24, 21)},
             Row{"12am", at(11, 25, 0)},
             Row{"12:15pm", at(11, 25, 12, 15)},
             Row{"noon", at(11, 25, 12)},
             Row{"midnight", at(11, 25, 0)},
             Row{"teatime", at(11, 25, 16)},
             Row{"tomorrow", at(11, 25, 0)},
             Row{"Tomorrow 15:00", at(11, 25, 15)},
             Row{"3pm tomorrow", at(11, 25, 15)},
             Row{"today 23:00", at(11, 24, 23)},
             Row{"fri", at(11, 27, 0)},
             Row{"Tuesday", at(12, 1, 0)}, // today's midnight is past
             Row{"tue 19:00", at(11, 24, 19)},
             Row{"2026-11-26", at(11, 26, 0)},
             Row{"2026-11-26 02:00", at(11, 26, 2)},
             Row{"2026-11-26T02:00:00", at(11, 26, 2)},
             Row{"Thu 2026-11-26 02:00", at(11, 26, 2)},
             Row{"+90min", evening + 90min},
             Row{"+1h", evening + 1h},
             Row{"+ 2h 30min", evening + 150min},
             Row{"now + 1 hour", evening + 1h},
             Row{"now +3 minutes", evening + 3min},
             Row{"9pm + 2 days", at(11, 26, 21)},
             Row{"tomorrow + 1 week", at(12, 2, 0)},
             Row{"@1800000000", wall(absl::FromUnixSeconds(1800000000))},
             Row{"2026-11-26 02:00 UTC", wall(absl::FromCivil(absl::CivilHour(2026, 11, 26, 2), absl::UTCTimeZone()))},
             Row{"2026-11-26T02:00:00+01:00",
                 wall(absl::FromCivil(absl::CivilHour(2026, 11, 26, 1), absl::UTCTimeZone()))},
             Row{"+99999999999d", evening + longestWait},
             Row{"@9223372036854775807", evening + longestWait},
         }) {
        CAPTURE(row.text);
        const auto read = startTimeIn(row.text, evening);
        REQUIRE(read.ok());
        CHECK(*read == row.means);
    }
}

TEST_CASE("--at refuses what is no time, and what is past") { // jobs.md §14.1
    for (const char* text :
         {"", "+", "yesterday", "25:00", "13pm", "0am", "noon noon", "mon tue", "tomorrow today", "@", "@x",
          "now + 1 fortnight", "+1", "2026-02-30", "Fri 2026-11-26 02:00", "9pm +", "--"}) {
        CAPTURE(text);
        const auto read = startTimeIn(text, evening);
        REQUIRE_FALSE(read.ok());
        CHECK(read.error().message.find("is not a time; write 02:00") != std::string::npos);
    }
    for (const char* text : {"now", "today", "2020-01-01 10:00", "@0", "today 18:30", "+0s"})
        CHECK(startTimeIn(text, evening).error().message == "--at \"" + std::string(text) + "\" is past");
}
