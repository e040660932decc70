#include "contract/rules/calendar.hpp"

#include <array>
#include <string>
#include <utility>

#include "base/result/errors.hpp"
#include "base/text/number.hpp"
#include "base/text/words.hpp"

namespace stint {
namespace {

namespace chrono = std::chrono;

constexpr std::array<std::pair<std::string_view, std::string_view>, 9> shorthands{{
    {"minutely", "*-*-* *:*:00"},
    {"hourly", "*-*-* *:00:00"},
    {"daily", "*-*-* 00:00:00"},
    {"weekly", "Mon *-*-* 00:00:00"},
    {"monthly", "*-*-01 00:00:00"},
    {"quarterly", "*-01,04,07,10-01 00:00:00"},
    {"semiannually", "*-01,07-01 00:00:00"},
    {"yearly", "*-01-01 00:00:00"},
    {"annually", "*-01-01 00:00:00"},
}};

constexpr std::array<std::string_view, 7> weekdayNames{"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};

/// The values that a part of a date or of a time may have.
struct Bounds {
    std::string_view noun;
    int least;
    int most;
};
constexpr Bounds yearBounds{"a year", 1970, 2199};
constexpr Bounds monthBounds{"a month", 1, 12};
constexpr Bounds dayBounds{"a day", 1, 31};
constexpr Bounds hourBounds{"an hour", 0, 23};
constexpr Bounds minuteBounds{"a minute", 0, 59};
constexpr Bounds secondBounds{"a second", 0, 59};

Result<int> weekdayIn(std::string_view word) {
    const std::string name = lowered(word);
    for (std::size_t day = 0; day < weekdayNames.size(); ++day)
        if (name == weekdayNames[day] || name == weekdayNames[day].substr(0, 3)) return static_cast<int>(day);
    return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not a day of the week; write Mon, Tue, …", word);
}

Result<std::uint8_t> weekdaysIn(std::string_view words) {
    std::uint8_t days = 0;
    for (const std::string_view part : splitAt(words, ",")) {
        const auto ends = splitAt(part, part.find("..") == std::string_view::npos ? "-" : "..");
        if (ends.size() > 2) return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not a range of days; write Mon..Fri", part);
        const int last = STINT_TRY(weekdayIn(ends.back()));
        int day = STINT_TRY(weekdayIn(ends.front()));
        for (; day != last; day = (day + 1) % 7)
            days |= 1U << day;
        days |= 1U << last;
    }
    return days;
}

bool beginsWithLetter(std::string_view word) {
    const char first = static_cast<char>(word.front() | 0x20);
    return first >= 'a' && first <= 'z';
}

bool isNumber(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Result<int> numberIn(std::string_view text, const Bounds& bounds) {
    auto number = isNumber(text) ? stint::numberIn<int>(text) : std::nullopt;
    if (number && bounds.least == yearBounds.least && text.size() == 2) *number += *number < 70 ? 2000 : 1900;
    if (number && *number >= bounds.least && *number <= bounds.most) return *number;
    return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not {}: it is from {} to {}", text, bounds.noun, bounds.least,
                bounds.most);
}

Result<int> stepIn(std::string_view text) {
    const auto number = isNumber(text) ? stint::numberIn<int>(text) : std::nullopt;
    if (number && *number > 0) return *number;
    return fail(Errc::ILLEGAL_ARGUMENT, "\"/{}\" is not a step; write a number of at least 1", text);
}

/// The span that is searched: a leap day on a given day of the week may be so many years off.
constexpr chrono::years calendarReach{100};

} // namespace

struct Calendar::Parser {
    enum class Counted { FromStart, FromEnd };

    static Result<Field> field(std::string_view text, const Bounds& bounds, Counted counted = Counted::FromStart) {
        Field field;
        if (text == "*") return field;
        for (const std::string_view part : splitAt(text, ",")) {
            const auto halves = splitAt(part, "/");
            const auto ends = splitAt(halves[0], "..");
            if (halves.size() > 2 || ends.size() > 2)
                return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not {}: 5, 1..5, 0/15 or *", part, bounds.noun);
            Run run{bounds.least, bounds.most};
            if (halves[0] != "*") {
                run.first = STINT_TRY(numberIn(ends[0], bounds));
                if (ends.size() == 2)
                    run.last = STINT_TRY(numberIn(ends[1], bounds));
                else if (halves.size() == 1)
                    run.last = run.first;
            }
            if (halves.size() == 2) run.step = STINT_TRY(stepIn(halves[1]));
            // "~07/3": seven days before the end, and then towards it.
            if (counted == Counted::FromEnd && halves.size() == 2 && ends.size() == 1 && halves[0] != "*") {
                run.last = run.first;
                run.first = (run.last - 1) % run.step + 1;
            }
            if (run.last < run.first) return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" ends before it begins", halves[0]);
            field.push_back(run);
        }
        return field;
    }

    static Result<void> date(std::string_view text, Calendar& into) {
        const std::size_t tilde = text.find('~');
        into.fromEnd_ = tilde != std::string_view::npos;
        std::string plain(text);
        if (into.fromEnd_) plain[tilde] = '-';
        const auto parts = splitAt(plain, "-");
        if (parts.size() < 2 || parts.size() > 3)
            return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not a date; write 2026-12-24, *-*-01 or 12-24", text);
        if (parts.size() == 3) into.years_ = STINT_TRY(field(parts[0], yearBounds));
        into.months_ = STINT_TRY(field(parts[parts.size() - 2], monthBounds));
        into.days_ = STINT_TRY(field(parts.back(), dayBounds, into.fromEnd_ ? Counted::FromEnd : Counted::FromStart));
        return {};
    }

    static Result<void> time(std::string_view text, Calendar& into) {
        const auto parts = splitAt(text, ":");
        if (parts.size() < 2 || parts.size() > 3)
            return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not a time; write 09:30, 09:30:00 or *:0/15", text);
        into.hours_ = STINT_TRY(field(parts[0], hourBounds));
        into.minutes_ = STINT_TRY(field(parts[1], minuteBounds));
        into.seconds_ = Field{Run{0, 0}};
        if (parts.size() == 3) into.seconds_ = STINT_TRY(field(parts[2], secondBounds));
        return {};
    }
};

Result<Calendar> Calendar::parse(std::string_view text) {
    std::vector<std::string_view> words = splitAt(text, " ");
    std::erase(words, "");
    Calendar calendar;
    if (words.size() > 1 && lowered(words.back()) == "utc") {
        calendar.utc_ = true;
        words.pop_back();
    }
    std::vector<std::string_view> whole = words;
    for (const auto& [name, meaning] : shorthands)
        if (words.size() == 1 && lowered(words[0]) == name) whole = splitAt(meaning, " ");
    if (whole.empty() || whole.size() > 3)
        return fail(Errc::ILLEGAL_ARGUMENT, "\"{}\" is not a calendar; write Mon..Fri 09:00, *-*-01 06:30 or hourly",
                    text);
    // Weekdays, a date, a time: each may be left out, but not all.
    auto word = whole.begin();
    if (word->find_first_of(":-~") == std::string_view::npos || beginsWithLetter(*word))
        calendar.weekdays_ = STINT_TRY(weekdaysIn(*word++));
    if (word != whole.end() && word->find(':') == std::string_view::npos) STINT_TRY(Parser::date(*word++, calendar));
    calendar.hours_ = calendar.minutes_ = calendar.seconds_ = {Run{0, 0}};
    if (word != whole.end()) STINT_TRY(Parser::time(*word++, calendar));
    if (word != whole.end())
        return fail(Errc::ILLEGAL_ARGUMENT,
                    "\"{}\" is too much: write days of the week, a date and a time, in this order, "
                    "each at most once, and UTC at the end if it is meant",
                    *word);
    return calendar;
}

bool Calendar::has(const Field& field, int value) {
    if (field.empty()) return true;
    for (const Run& run : field)
        if (value >= run.first && value <= run.last && (value - run.first) % run.step == 0) return true;
    return false;
}

bool Calendar::hasDay(chrono::year_month_day day) const {
    if (weekdays_ != 0 && (weekdays_ >> chrono::weekday(chrono::local_days(day)).c_encoding() & 1) == 0) return false;
    if (!has(years_, static_cast<int>(day.year())) || !has(months_, static_cast<int>(unsigned{day.month()})))
        return false;
    const int number = static_cast<int>(unsigned{day.day()});
    if (!fromEnd_) return has(days_, number);
    const chrono::year_month_day_last last(day.year(), chrono::month_day_last(day.month()));
    return has(days_, static_cast<int>(unsigned{last.day()}) - number + 1);
}

std::optional<WallTime> Calendar::nextOn(chrono::local_days day, WallTime after, const TimeZone& zone) const {
    for (int hour = 0; hour < 24; ++hour) {
        // Clocks that are put back show an hour twice, and the first of the two counts: no time is passed over.
        if (!has(hours_, hour) || zone.wallOf(day + chrono::hours(hour + 1)) <= after) continue;
        for (int minute = 0; minute < 60; ++minute) {
            if (!has(minutes_, minute)) continue;
            for (int second = 0; second < 60; ++second) {
                if (!has(seconds_, second)) continue;
                const WallTime time =
                    zone.wallOf(day + chrono::hours(hour) + chrono::minutes(minute) + chrono::seconds(second));
                if (time > after) return time;
            }
        }
    }
    return std::nullopt;
}

std::optional<WallTime> Calendar::next(WallTime after, const TimeZone& machines) const {
    const TimeZone zone = utc_ ? TimeZone() : machines;
    const auto today = chrono::floor<chrono::days>(zone.localOf(after));
    const auto end = today + chrono::round<chrono::days>(calendarReach);
    // A day earlier: where clocks are put back at midnight, yesterday comes once more.
    for (auto day = today - chrono::days(1); day < end; day += chrono::days(1)) {
        if (!hasDay(chrono::year_month_day(day))) continue;
        if (const auto time = nextOn(day, after, zone)) return time;
    }
    return std::nullopt;
}

} // namespace stint
