// Hours of the day, "22:00-07:00" (limits.md §15, fleet.md §6.4): read, written, and looked for on a clock on the wall.
// Pure.
#pragma once
#include <string>
#include <string_view>

#include "contract/model/constants.hpp"
#include "contract/model/day.hpp"
#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

/// IllegalArgument says what would be right.
Result<DayHours> parseHours(std::string_view text);
std::string textOf(const DayHours& hours);

/// Hours of the day at some moment.
struct HoursAt {
    bool isWithin = false;
    WallTime until{}; ///< that is otherwise then
};
HoursAt hoursAt(const DayHours& hours, const TimeZone& zone, WallTime now);

} // namespace stint
