#include "contract/rules/forecast_words.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace stint {
namespace {

struct Phrase {
    std::string_view key;
    std::string_view value; ///< in a person's words
    std::string_view says;
};
// clang-format off
constexpr std::array phrases{
    Phrase{"charging", "no", "you unplug now"}, Phrase{"charging", "yes", "you plug in now"},
    Phrase{"plugged", "no", "you unplug now"},  Phrase{"plugged", "yes", "you plug in now"},
    Phrase{"network", "none", "you go offline now"},
    Phrase{"network.metered", "yes", "the network is metered"}, Phrase{"network.metered", "no", "the network is unmetered"},
    Phrase{"network.roaming", "yes", "the network roams"},
    Phrase{"screen", "off", "the screen is off"}, Phrase{"screen", "on", "the screen is on"},
    Phrase{"battery_saver", "yes", "the battery saver is on"}, Phrase{"battery_saver", "no", "the battery saver is off"},
    Phrase{"data_saver", "yes", "the data saver is on"}, Phrase{"data_saver", "no", "the data saver is off"},
    Phrase{"doze", "idle", "the device dozes"}, Phrase{"doze", "light_idle", "the device dozes lightly"},
    Phrase{"doze", "active", "the device does not doze"},
};
// clang-format on

std::string_view asSaid(std::string_view value) {
    if (value == "true") return "yes";
    if (value == "false") return "no";
    return value;
}

std::string phraseOf(std::string_view key, std::string_view value) {
    if (key == "bucket") return fmt::format("its app is in the bucket {}", value);
    for (const Phrase& phrase : phrases)
        if (phrase.key == key && phrase.value == asSaid(value)) return std::string(phrase.says);
    return fmt::format("{} is {}", key, value);
}

std::string conditionOf(const Supposed& supposed) {
    if (supposed.words.empty()) return "as things are, ";
    std::vector<std::string> all;
    for (const auto& [key, value] : supposed.words)
        all.push_back(phraseOf(key, value));
    return fmt::format("if {}, ", fmt::join(all, " and "));
}

std::string endOf(const Forecast& forecast, WallTime now, const TimeZone& zone) {
    if (!forecast.ends) return "";
    const std::string when = timePhrase(*forecast.ends, now, zone);
    return forecast.atLatest ? fmt::format(" and ends {} at the latest", when) : fmt::format(" and finishes {}", when);
}

} // namespace

std::string timePhrase(WallTime when, WallTime now, const TimeZone& zone) {
    using namespace std::chrono;
    const auto local = zone.localOf(when);
    const local_days day = floor<days>(local), today = floor<days>(zone.localOf(now));
    const auto sinceMidnight = duration_cast<minutes>(local - day);
    std::string clock = fmt::format("at {:02}:{:02}", sinceMidnight / 1h, (sinceMidnight % 1h).count());
    if (day == today) return clock;
    if (day == today + days{1}) return "tomorrow " + clock;
    constexpr std::array weekdays{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    if (day > today && day < today + days{7})
        return fmt::format("on {} {}", weekdays[weekday(day).c_encoding()], clock);
    const year_month_day date(day);
    return fmt::format("on {}-{:02}-{:02} {}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                       static_cast<unsigned>(date.day()), clock);
}

std::string sentenceOf(const Supposed& supposed, const Forecast& forecast, bool tracked, WallTime now,
                       const TimeZone& zone) {
    const std::string condition = conditionOf(supposed);
    if (!tracked) return condition + "it ends at once";
    if (forecast.runs) return fmt::format("{}it runs now{}", condition, endOf(forecast, now, zone));
    if (forecast.starts && *forecast.starts <= now)
        return fmt::format("{}it starts now{}", condition, endOf(forecast, now, zone));
    if (forecast.starts) {
        // The end names the day again only if it is another.
        std::string end = endOf(forecast, now, zone);
        if (forecast.ends) end = endOf(forecast, *forecast.starts, zone);
        return fmt::format("{}it starts {}{}", condition, timePhrase(*forecast.starts, now, zone), end);
    }
    if (forecast.blockers.empty()) return condition + "nobody can say when it starts";
    const Blocker& first = forecast.blockers.front();
    const std::string clears = first.clears.empty() ? "" : fmt::format("; what clears it: {}", first.clears);
    return fmt::format("{}it waits, and nobody can say until when: {}{}", condition, first.detail, clears);
}

} // namespace stint
