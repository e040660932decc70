#include "faces/views/app_days.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/text/number.hpp"
#include "base/time/time.hpp"
#include "contract/rules/network_budget.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {

std::string usedText(const AppDay& day) {
    std::string text = fmt::format("{} received, {} sent", formatSize(day.received), formatSize(day.sent));
    if (day.runs > 0) text = fmt::format("{} in {}, {}", counted(day.runs, "run"), briefly(day.ran), text);
    if (day.metered > 0) text += fmt::format("; {} of it metered", formatSize(day.metered));
    if (day.roaming > 0) text += fmt::format("{} {} roaming", day.metered > 0 ? "," : ";", formatSize(day.roaming));
    return text;
}

std::string tallyText(const std::vector<DayTally>& tallies) {
    std::vector<std::string> texts;
    for (const DayTally& tally : tallies)
        texts.push_back(fmt::format("{} {}", tally.of, tally.count));
    return fmt::format("{}", fmt::join(texts, ", "));
}

std::string wasteText(const AppDay& day) {
    std::vector<std::string> texts;
    if (day.again > 0) texts.push_back(fmt::format("{} moved again", formatSize(day.again)));
    if (!day.cutShort.empty()) texts.push_back("cut short: " + tallyText(day.cutShort));
    if (!day.wakeUps.empty()) texts.push_back("wake-ups: " + tallyText(day.wakeUps));
    return fmt::format("{}", fmt::join(texts, "; "));
}

AppDay together(const std::vector<AppDay>& days) {
    AppDay all;
    for (const AppDay& day : days)
        addDay(all, day);
    return all;
}

} // namespace stint::cli
