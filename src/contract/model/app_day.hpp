// An app's use of the network in one day of the wall clock, and how much of it was wasted (limits.md §14).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "stint/units.hpp"

namespace stint {

/// A count of one kind of thing.
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
    Bytes metered = 0; ///< the part of both that went over a metered or a roaming network
    Bytes roaming = 0;
    Bytes again = 0;                ///< bytes moved a second time, because the first copy was lost
    std::vector<DayTally> cutShort; ///< runs that were stopped, by reason: "QUOTA"
    std::vector<DayTally> wakeUps;  ///< the machine's wake-ups, by cause: "exact", an alarm's kind; "window"
    std::int32_t runs = 0;          ///< those that ended that day
    Duration ran{0};                ///< their length in all

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

/// The most days that are kept: a whole month, and those that a wrongly set clock may have added.
inline constexpr std::size_t mostAppDays = 40;
/// Counts of bytes stop here: a petabyte.
inline constexpr Bytes mostCountedBytes = 1'000'000'000'000'000;

} // namespace stint
