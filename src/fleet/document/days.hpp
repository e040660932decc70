// A device's last 14 days as one text, which its agent tells and a campaign is played on (fleet.md §6.5): a letter for
// each quarter of an hour. A quarter's place in it is always the same, so the text needs no beginning, and one that is
// lived over and over is read as it stands.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ratio>
#include <span>
#include <string>
#include <string_view>

#include "contract/model/day.hpp"
#include "stint/units.hpp"

namespace stint::fleet {

using Quarters = std::chrono::duration<std::int64_t, std::ratio<900>>;
inline constexpr std::size_t quartersOfDay = 96, quartersTold = 14 * quartersOfDay;

/// The device, as it was in a quarter of an hour.
struct Quarter {
    enum class Line : std::uint8_t { None, Metered, Unmetered };
    bool isCharging = false;
    bool isScreenOn = false;
    Line line = Line::None;

    bool operator==(const Quarter&) const = default;
};

/// A quarter in which it was off, slept or had no stintd; and one of which nothing was noted.
inline constexpr char offQuarter = '-', unknownQuarter = '.';
char letterOf(const Quarter& quarter);
/// nullopt: the letter is of none that is known to have been on.
std::optional<Quarter> quarterIn(char letter);
/// The place of that time's quarter, UTC.
std::size_t placeOf(WallTime time);

/// Says what a device's days are, where the text is none; a TextRule.
std::string_view daysRule(std::string_view text);
/// The 14 days up to `now`, of the device's history (jobs.md §9.5) in its order: each quarter as it was at its end.
std::string daysOf(std::span<const DeviceChange> history, WallTime now);

} // namespace stint::fleet
