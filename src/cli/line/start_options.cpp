#include "cli/line/start_options.hpp"

#include <absl/time/time.h>

#include "base/fail.hpp"
#include "base/try.hpp"

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

/// A day that is named.
std::optional<WallTime> dated(const std::string& text) {
    for (const std::string_view format :
         {"%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%E*S%Ez"})
        if (const auto time = parsed(format, text)) return wallOf(*time);
    return std::nullopt;
}

/// The next "02:00" here. Where the clocks are put forward over it, the first instant after.
std::optional<WallTime> nextTimeOfDay(const std::string& text, WallTime now) {
    const absl::TimeZone zone = absl::LocalTimeZone();
    auto day = absl::ToCivilDay(absolute(now), zone);
    for (int days = 0; days < 3; ++days, ++day) {
        const std::string whole = fmt::format("{:04}-{:02}-{:02} {}", day.year(), day.month(), day.day(), text);
        const auto time = dated(whole);
        if (!time || *time > now) return time;
    }
    return std::nullopt;
}

Error noTime(const std::string& text) {
    return fail(Errc::ILLEGAL_ARGUMENT,
                "--at \"{}\" is no time: write 02:00 (the next one), \"2026-11-22 02:00\", or +90min from now", text);
}

} // namespace

std::vector<Option> startOptions() {
    return {{"--after", "JOB", "only when that job has succeeded; if it does not, this one ends, too", true},
            {"--at", "TIME", "not before that: 02:00, \"2026-11-22 02:00\", +90min"}};
}

Result<std::optional<WallTime>> startTimeIn(const Arguments& given, WallTime now) {
    std::optional<WallTime> at;
    const auto text = given.value("at");
    if (!text) return at;
    if (text->starts_with('+')) {
        const auto length = parseDuration(text->substr(1));
        if (!length.ok()) return noTime(*text);
        at = now + *length;
    } else {
        at = dated(*text);
        if (!at) at = nextTimeOfDay(*text, now);
    }
    if (!at) return noTime(*text);
    if (*at <= now) return fail(Errc::ILLEGAL_ARGUMENT, "--at \"{}\" is past", *text);
    return at;
}

} // namespace stint::cli
