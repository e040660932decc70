#include "faces/cli/verbs/log_day.hpp"

#include <algorithm>

#include <absl/time/time.h>
#include <fmt/core.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/text/number.hpp"
#include "base/time/clock.hpp"
#include "contract/rules/past_run.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/table.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json_row.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

WallTime wallOf(absl::CivilDay day) {
    return WallTime{Duration{absl::ToUnixMillis(absl::FromCivil(day, absl::LocalTimeZone()))}};
}

/// A line of the day, and the time that it is sorted by.
struct DayLine {
    WallTime when;
    std::string what;
    std::string detail;
    Json json;
};

DayLine lineOf(const DeviceChange& change, const Day& day) {
    std::string detail = change.value;
    if (change.when < day.from) detail += fmt::format(", since {}", clockText(change.when));
    if (change.leftOut > 0) detail += fmt::format("; {} left out", counted(change.leftOut, "change"));
    Json json = header();
    json["what"] = "device";
    putRow(json, change);
    return {std::max(change.when, day.from), change.key, std::move(detail), std::move(json)};
}

std::string endText(const DayRun& run) {
    PastRun past{.ended = *run.ended, .ending = run.ending, .outcome = run.outcome};
    return endingText(past);
}

std::string detailOf(const DayRun& run) {
    std::string text = run.label.empty() ? "" : run.label + ": ";
    const Bytes moved = std::max(run.transferredDown, run.transferredUp);
    if (run.began) text += kindWord(run.kind);
    if (run.began && run.ended) text += fmt::format(", ran {}", briefly(*run.ended - *run.began));
    if (run.began && !run.ended) text += ", runs";
    if (!run.began && !run.ended)
        text += run.waits.empty() ? "waits" : fmt::format("waits: {}", reasonsText(run.waits.back().reasons));
    if (moved > 0) text += fmt::format(", {}", formatSize(moved));
    if (run.ended) text += fmt::format("{}{}", run.began ? "; " : "", endText(run));
    return text;
}

DayLine lineOf(const DayRun& run) {
    Json json = header();
    json["what"] = "run";
    json["job"] = textOf(run.key);
    putRow(json, run);
    const WallTime when = run.began           ? *run.began
                          : run.waits.empty() ? run.ended.value_or(run.scheduled)
                                              : run.waits.front().when;
    return {when, textOf(run.key), detailOf(run), std::move(json)};
}

} // namespace

Result<Day> dayNamed(std::string_view text, WallTime now) {
    const absl::CivilDay today =
        absl::ToCivilDay(absl::FromUnixMillis(now.time_since_epoch().count()), absl::LocalTimeZone());
    absl::CivilDay day = today;
    if (text == "yesterday")
        day = today - 1;
    else if (text != "today" && (text.size() != 10 || !absl::ParseCivilTime(std::string(text), &day)))
        return fail(Errc::ILLEGAL_ARGUMENT, "{} is no day; write today, yesterday or a date such as 2026-11-22",
                    printable(text));
    return Day{wallOf(day), wallOf(day + 1) - 1ms};
}

int logDay(const Arguments& given, const Screen& screen) {
    const auto day = dayNamed(given.words.empty() ? "today" : given.words[0], wallNow());
    if (!day.ok()) return screen.fail(ends::usage, day.error().message);
    auto daemon = Daemon::connect(screen);
    const auto told = daemon.ok() ? daemon->day(day->from, day->to) : Result<DayPage>(daemon.error());
    if (!told.ok()) return failOfLookUp(screen, "cannot tell of that day", told.error());
    std::vector<DayLine> lines;
    for (const DeviceChange& change : told->device)
        lines.push_back(lineOf(change, *day));
    for (const DayRun& run : told->runs)
        lines.push_back(lineOf(run));
    std::ranges::stable_sort(lines, {}, &DayLine::when);
    Table table({{"WHEN"}, {"WHAT"}, {"DETAIL"}});
    for (const DayLine& line : lines) {
        if (screen.json()) screen.print(dumped(line.json));
        table.add({clockText(line.when), printable(line.what), printable(line.detail)});
    }
    if (!screen.json()) table.print(screen);
    return ends::ok;
}

} // namespace stint::cli
