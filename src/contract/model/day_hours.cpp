#include "contract/model/day_hours.hpp"

#include <algorithm>
#include <optional>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"

namespace stint {
namespace {

namespace chrono = std::chrono;

// "22:00"; "24:00" is no time of the day.
std::optional<chrono::minutes> timeOfDayIn(std::string_view text) {
    if (text.size() != 5 || text[2] != ':' || text[0] == '-' || text[3] == '-') return std::nullopt;
    const auto hour = numberIn<std::int64_t>(text.substr(0, 2)), minute = numberIn<std::int64_t>(text.substr(3));
    if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
    return chrono::minutes(*hour * 60 + *minute);
}

bool isBetween(const DayHours& hours, Duration time) {
    const bool begun = time >= hours.from, over = time >= hours.until;
    return hours.from < hours.until ? begun && !over : begun || !over;
}

} // namespace

Result<DayHours> parseHours(std::string_view text) {
    const std::size_t dash = text.find('-');
    const auto from = timeOfDayIn(text.substr(0, dash));
    const auto until = dash == std::string_view::npos ? std::nullopt : timeOfDayIn(text.substr(dash + 1));
    if (from && until && *from != *until) return DayHours{*from, *until};
    return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" are no hours of the day; write two times such as 22:00-07:00", text);
}

std::string textOf(const DayHours& hours) {
    const auto from = hours.from.count(), until = hours.until.count();
    return fmt::format("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, until / 60, until % 60);
}

HoursAt hoursAt(const DayHours& hours, const TimeZone& zone, WallTime now) {
    const LocalTime local = zone.localOf(now);
    const auto today = chrono::floor<chrono::days>(local);
    WallTime next = WallTime::max(); // one of tomorrow's is to come
    for (const auto day : {today, today + chrono::days{1}})
        for (const chrono::minutes bound : {hours.from, hours.until})
            if (const WallTime at = zone.wallOf(day + bound); at > now) next = std::min(next, at);
    return {isBetween(hours, local - today), next};
}

} // namespace stint
