#include "cli/print/alarm_text.hpp"

#include <fmt/core.h>

#include "cli/print/phrases.hpp"

namespace stint::cli {
namespace {

// Requested and requestedWall name the same moment.
std::optional<WallTime> wallAt(const Alarm& alarm, std::optional<Instant> when) {
    if (!when) return std::nullopt;
    return alarm.requestedWall + (*when - alarm.requested);
}

} // namespace

AlarmWall wallOf(const AlarmView& view) { return {wallAt(view.alarm, view.earliest), wallAt(view.alarm, view.latest)}; }

std::string alarmKindText(const Alarm& alarm) {
    return fmt::format("{}{}", nameOf(alarm.kind), alarm.wakeup ? "" : ", no wake-up");
}

std::string timeText(WallTime when, WallTime now) { return when > now ? ahead(when, now) : ago(when, now); }

std::string goesOffText(const AlarmView& view, WallTime now) {
    const auto [earliest, latest] = wallOf(view);
    if (!earliest && !latest) return "when that is lifted";
    if (!earliest || !latest || *latest <= *earliest || *latest <= now)
        return timeText(latest.value_or(earliest.value_or(now)), now);
    return fmt::format("{} to {}", *earliest > now ? ahead(*earliest, now) : "now", ahead(*latest, now));
}

} // namespace stint::cli
