// A pending alarm in words.
#pragma once
#include <optional>
#include <string>

#include "model/view.hpp"

namespace stint::cli {

/// When it goes off at the earliest and at the latest, by the wall clock; nullopt: an event, not a time.
struct AlarmWall {
    std::optional<WallTime> earliest;
    std::optional<WallTime> latest;
};
AlarmWall wallOf(const AlarmView& view);

/// "exact", "clock", "while_idle, no wake-up".
std::string alarmKindText(const Alarm& alarm);
/// "in 4min", or "4min ago".
std::string timeText(WallTime when, WallTime now);
/// "in 4min", "in 4min to 10min", "when that is lifted".
std::string goesOffText(const AlarmView& view, WallTime now);

} // namespace stint::cli
