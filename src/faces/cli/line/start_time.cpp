#include "faces/cli/line/job_options.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <absl/time/time.h>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/words.hpp"

namespace stint::cli {
namespace {

WallTime wallOf(absl::Time time) { return WallTime(Duration(absl::ToUnixMillis(time))); }
absl::Time absolute(WallTime time) { return absl::FromUnixMillis(time.time_since_epoch().count()); }

std::optional<absl::Time> parsed(std::string_view format, const std::string& text) {
    absl::Time time;
    std::string error;
    if (!absl::ParseTime({format.data(), format.size()}, text, absl::LocalTimeZone(), &time, &error))
        return std::nullopt;
    return time;
}

/// Seconds since midnight.
std::optional<int> timeOfDay(std::string word) {
    if (word == "midnight") return 0;
    if (word == "noon") return 12 * 3600;
    if (word == "teatime") return 16 * 3600;
    int half = -1; // of the day: 0 am, 1 pm
    if (word.ends_with("am") || word.ends_with("pm")) {
        half = word[word.size() - 2] == 'p' ? 1 : 0;
        word.resize(word.size() - 2);
        if (word.find(':') == std::string::npos) word += ":00";
    }
    std::optional<absl::Time> time;
    for (const std::string_view format : {"%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"})
        if (!time) time = parsed(format, "2001-01-01 " + word);
    if (!time) return std::nullopt;
    const absl::CivilSecond read = absl::ToCivilSecond(*time, absl::LocalTimeZone());
    const int hour = read.hour();
    if (half >= 0 && (hour < 1 || hour > 12)) return std::nullopt;
    const int rest = read.minute() * 60 + read.second();
    return (half < 0 ? hour : hour % 12 + 12 * half) * 3600 + rest;
}

std::optional<absl::Weekday> weekdayNamed(std::string_view word) {
    constexpr std::array<std::string_view, 7> names{"monday", "tuesday",  "wednesday", "thursday",
                                                    "friday", "saturday", "sunday"};
    for (std::size_t i = 0; i < names.size(); ++i)
        if (word == names[i] || word == names[i].substr(0, 3)) return static_cast<absl::Weekday>(i);
    return std::nullopt;
}

std::optional<absl::CivilDay> dayNamed(const std::string& word, absl::CivilDay today) {
    absl::CivilDay date;
    if (word == "today") return today;
    if (word == "tomorrow") return today + 1;
    return absl::ParseCivilTime(word, &date) ? std::optional(date) : std::nullopt;
}

/// "1 hour", "90min", "2h 30min".
std::optional<Duration> length(std::string_view words) {
    std::string joined(words);
    std::erase(joined, ' ');
    if (const auto read = parseDuration(joined); read.ok()) return *read;
    const std::size_t digits = joined.find_first_not_of("0123456789");
    if (digits == std::string::npos) return std::nullopt;
    const auto count = numberIn<std::int32_t>(joined.substr(0, digits));
    std::string unit = joined.substr(digits);
    if (unit.size() > 1 && unit.ends_with('s')) unit.pop_back();
    if (!count) return std::nullopt;
    if (unit == "second" || unit == "sec") return std::chrono::seconds(*count);
    if (unit == "minute" || unit == "min") return std::chrono::minutes(*count);
    if (unit == "hour" || unit == "hr") return std::chrono::hours(*count);
    if (unit == "day") return std::chrono::hours(24) * *count;
    if (unit == "week" || unit == "w") return std::chrono::hours(24 * 7) * *count;
    return std::nullopt;
}

/// A day and a time of day, as far as words name them.
struct DayTime {
    std::optional<absl::CivilDay> day;
    std::optional<absl::Weekday> weekday;
    std::optional<int> seconds; ///< since midnight
    absl::TimeZone zone = absl::LocalTimeZone();

    /// False for a word that is none of them, or that is there already.
    bool take(const std::string& word, absl::Time now) {
        if (!seconds && (seconds = timeOfDay(word))) return true;
        if (!weekday && (weekday = weekdayNamed(word))) return true;
        if (day) return false;
        day = dayNamed(word, absl::ToCivilDay(now, zone));
        return day.has_value();
    }
    /// Its first instant after `now`, or the only one that it has.
    std::optional<absl::Time> after(absl::Time now) const {
        if (!day && !weekday && !seconds) return std::nullopt;
        if (day && weekday && absl::GetWeekday(*day) != *weekday) return std::nullopt;
        absl::CivilDay on = day.value_or(absl::ToCivilDay(now, zone));
        for (int tried = 0;; ++tried, ++on) {
            const absl::Time time = absl::FromCivil(absl::CivilSecond(on) + seconds.value_or(0), zone);
            if (day || tried > 8) return time;
            if (time > now && (!weekday || absl::GetWeekday(on) == *weekday)) return time;
        }
    }
};

std::optional<absl::Time> instantOf(std::string_view words, absl::Time now) {
    if (words == "now") return now;
    if (words.starts_with('@')) {
        const auto seconds = numberIn<std::int64_t>(words.substr(1));
        return seconds ? std::optional(absl::FromUnixSeconds(*seconds)) : std::nullopt;
    }
    DayTime named;
    constexpr std::string_view utc = " utc";
    if (words.ends_with(utc)) {
        named.zone = absl::UTCTimeZone();
        words.remove_suffix(utc.size());
    }
    for (const std::string_view word : splitAt(words, " "))
        if (!word.empty() && !named.take(std::string(word), now)) return std::nullopt;
    return named.after(now);
}

} // namespace

Result<WallTime> startTimeIn(const std::string& text, WallTime now) {
    const Error none =
        fail(Errc::ILLEGAL_ARGUMENT,
             "--at \"{}\" is not a time; write 02:00 (the next one), tomorrow, \"fri 9pm\", \"2026-11-22 "
             "02:00\", or +90min from now",
             text);
    const auto checked = [&](WallTime at) -> Result<WallTime> {
        if (at <= now) return fail(Errc::ILLEGAL_ARGUMENT, "--at \"{}\" is past", text);
        return at;
    };
    for (const std::string_view format : {"%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%E*S%Ez"})
        if (const auto time = parsed(format, text)) return checked(wallOf(*time));
    const std::string words = lowered(text);
    const std::size_t plus = words.find('+');
    const auto later = plus == std::string::npos ? std::optional(Duration{0}) : length(words.substr(plus + 1));
    if (!later) return none;
    const std::string_view named = std::string_view(words).substr(0, plus);
    if (named.find_first_not_of(' ') == std::string_view::npos && plus != std::string::npos)
        return checked(now + bounded(*later));
    const auto instant = instantOf(named.substr(0, named.find_last_not_of(' ') + 1), absolute(now));
    if (!instant) return none;
    const WallTime latest = now + longestWait; // jobs.md §1.2 d
    return checked(std::min(wallOf(std::min(*instant, absolute(latest))) + bounded(*later), latest));
}

} // namespace stint::cli
