#include "sim/foretelling/recorded.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace stint::foretelling {
namespace {

using fleet::Quarter;
using fleet::Quarters;

/// A quarter that nobody has noted is lived as the same time of the next day of which that is known, else as the last
/// one before it that is.
std::string filled(std::string_view told) {
    std::string days(told);
    for (std::size_t at = 0; at < days.size(); ++at)
        for (std::size_t later = fleet::quartersOfDay; days[at] == fleet::unknownQuarter && later < days.size();
             later += fleet::quartersOfDay)
            days[at] = told[(at + later) % days.size()];
    const auto known = days.find_last_not_of(fleet::unknownQuarter);
    char last = known == std::string::npos ? fleet::offQuarter : days[known];
    for (char& each : days)
        each = last = each == fleet::unknownQuarter ? last : each;
    return days;
}

DeviceWords wordsOf(const Quarter& quarter) {
    DeviceWords words = chargerWords(quarter.isCharging);
    words.merge(screenWords(quarter.isScreenOn));
    words.merge(lineWords(quarter.line));
    return words;
}

sim::Action actionOf(const std::optional<Quarter>& quarter, Duration lasts) {
    if (quarter) return sim::action::ChangeDevice{wordsOf(*quarter)};
    return sim::action::Reboot{.offFor = lasts, .clock = {}};
}

} // namespace

DeviceWords chargerWords(bool isCharging) {
    return {{"charging", isCharging ? "true" : "false"}, {"motion", isCharging ? "still" : "moving"}};
}

DeviceWords screenWords(bool isOn) { return {{"screen", isOn ? "on" : "off"}}; }

DeviceWords lineWords(Quarter::Line line) {
    DeviceWords words{{"network", std::string(line == Quarter::Line::None ? noNetwork : someNetwork)}};
    if (line == Quarter::Line::Unmetered) words["network.transport"] = "wifi";
    if (line == Quarter::Line::Metered) {
        words["network.transport"] = "cellular";
        words["network.metered"] = "true";
    }
    return words;
}

sim::Scenario recordedDays(std::string_view told, WallTime start) {
    constexpr Duration length = Quarters(fleet::quartersTold);
    const std::string days = filled(told);
    sim::Scenario scenario;
    const Duration since = start.time_since_epoch() % length;
    scenario.start = start - (since < Duration(0) ? since + length : since);
    scenario.until = length;
    scenario.device = wordsOf(fleet::quarterIn(days.front()).value_or(Quarter{}));
    for (std::size_t first = 0; first < days.size();) {
        const auto quarter = fleet::quarterIn(days[first]);
        std::size_t end = first + 1;
        while (end < days.size() && fleet::quarterIn(days[end]) == quarter)
            ++end;
        // A device is as it is at 0s before it can be switched off.
        const Duration at = std::max<Duration>(Quarters(first), Duration(quarter ? 0 : 1));
        if (at > Duration(0))
            scenario.timeline.push_back({.location = {}, .at = at, .action = actionOf(quarter, Quarters(end) - at)});
        first = end;
    }
    return scenario;
}

} // namespace stint::foretelling
