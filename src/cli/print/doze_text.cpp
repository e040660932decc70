#include "cli/print/doze_text.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "cli/print/phrases.hpp"
#include "cli/screen/text.hpp"

namespace stint::cli {
namespace {

std::string machineText(std::string_view name, const std::string& state, const std::optional<WallTime>& until,
                        WallTime now) {
    std::string text = fmt::format("{} {}", name, upper(state));
    if (until) text += fmt::format(", left {} at the latest", ahead(*until, now));
    return text;
}

} // namespace

std::string upper(std::string_view state) {
    std::string text = printable(state);
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c; });
    return text;
}

std::string dozeText(const wire::DozeView& doze, WallTime now) {
    if (!doze.force.empty())
        return fmt::format("Doze: held at {} until it is let go; deep {}, light {}", printable(doze.force),
                           upper(doze.deep), upper(doze.light));
    std::string text = fmt::format("Doze: {}; {}", machineText("deep", doze.deep, doze.deepUntil, now),
                                   machineText("light", doze.light, doze.lightUntil, now));
    if (doze.nextAlarmClock) text += fmt::format("; the next alarm clock rings {}", ahead(*doze.nextAlarmClock, now));
    return text;
}

std::string powerText(const wire::DozeView& doze, WallTime now) {
    if (doze.charging && doze.plugged) return "Power: plugged in, and counts as charging: quotas are lifted";
    if (doze.charging) return "Power: counts as charging though it is not plugged in: quotas are lifted";
    if (!doze.plugged) return "Power: not plugged in: quotas count";
    std::string text = "Power: plugged in, but does not count as charging: quotas count";
    if (doze.chargingAt) text += fmt::format("; it counts {} where the level holds", ahead(*doze.chargingAt, now));
    return text;
}

} // namespace stint::cli
