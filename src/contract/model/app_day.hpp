// What an app has used of the network in a day of the clock on the wall, and what of that was for nothing (limits.md
// §14).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "stint/units.hpp"

namespace stint {

/// How often something of one kind came.
struct DayTally {
    std::string of;
    std::int32_t count = 0;

    static constexpr auto noun = "tally";
    static constexpr auto fields = [](auto& field, auto& tally) {
        field("of", tally.of);
        field("count", tally.count);
    };
    bool operator==(const DayTally&) const = default;
};

/// A day as people write it: "2026-11-22".
std::string dateText(std::int32_t day);

struct AppDay {
    std::int32_t day = 0; ///< since 1970-01-01, in the machine's zone
    Bytes received = 0;
    Bytes sent = 0;
    Bytes metered = 0; ///< of both, over a network that is metered, or roams
    Bytes roaming = 0;
    Bytes again = 0;                ///< moved a second time, because what there was of them was lost
    std::vector<DayTally> cutShort; ///< runs that did not end by themselves, by why: "QUOTA"
    std::vector<DayTally> wakeUps;  ///< what the machine is woken for: "exact", of an alarm; "window"
    std::int32_t runs = 0;          ///< that ended that day
    Duration ran{0};                ///< how long those lasted, together

    static constexpr auto noun = "day";
    static constexpr auto fields = [](auto& field, auto& day) {
        field("day", day.day);
        field.told("date", dateText(day.day));
        field("received", day.received);
        field("sent", day.sent);
        field("metered", day.metered);
        field("roaming", day.roaming);
        field("again", day.again);
        field.rows("cutShort", day.cutShort);
        field.rows("wakeUps", day.wakeUps);
        field("runs", day.runs);
        field("ran", day.ran);
    };
    bool operator==(const AppDay&) const = default;
};

/// So many days are kept: a whole month, and what a clock that was set wrongly may have added.
inline constexpr std::size_t mostAppDays = 40;
/// No count of bytes goes further: a petabyte.
inline constexpr Bytes mostCountedBytes = 1'000'000'000'000'000;

} // namespace stint
