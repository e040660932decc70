// scenario.md, totals: sums and counts over a run, or over a part of it.
#include <algorithm>

#include <fmt/core.h>

#include "base/time/time.hpp"
#include "sim/world/finding.hpp"

namespace stint::sim {
namespace {

std::string_view nameOf(Measure measure) {
    switch (measure) {
    case Measure::RunTime:
        return "run_time";
    case Measure::Starts:
        return "starts";
    case Measure::Stops:
        return "stops";
    case Measure::Alarms:
        return "alarms";
    case Measure::Messages:
        return "messages";
    }
    return "unknown";
}

bool isAbout(const ExpectedTotal& total, const Happening& one) {
    return total.job ? total.job == one.job : total.app == one.app;
}

std::int64_t count(const ExpectedTotal& total, std::string_view what, const History& history, const Span& within) {
    return std::ranges::count_if(
        history, [&](const Happening& one) { return one.what == what && isAbout(total, one) && within.holds(one.at); });
}

// The time with at least one of the jobs running: concurrent ones of an app do not add up. A run is from `started` to
// `stopped` or `finished`; one that never started has no time.
Duration runTime(const ExpectedTotal& total, const History& history, const Span& within) {
    std::set<JobKey> running;
    Duration sum{0}, began{0};
    const auto clipped = [&](Duration at) { return std::clamp(at, within.from, within.to); };
    for (const Happening& one : history) {
        if (!one.job || !isAbout(total, one)) continue;
        const bool idle = running.empty();
        if (one.what == "started") {
            running.insert(*one.job);
            if (idle) began = one.at;
        } else if (one.what == "stopped" || one.what == "finished") {
            running.erase(*one.job);
            if (!idle && running.empty()) sum += clipped(one.at) - clipped(began);
        }
    }
    if (!running.empty()) sum += within.to - clipped(began);
    return sum;
}

std::int64_t measured(const ExpectedTotal& total, Measure measure, const History& history, const Span& within) {
    switch (measure) {
    case Measure::RunTime:
        return runTime(total, history, within).count();
    case Measure::Starts:
        return count(total, "started", history, within);
    case Measure::Stops:
        return count(total, "stopped", history, within);
    case Measure::Alarms:
        return count(total, "alarm", history, within);
    case Measure::Messages:
        return count(total, "message", history, within);
    }
    return 0;
}

std::string amountText(Measure measure, std::int64_t value) {
    return measure == Measure::RunTime ? formatDuration(Duration{value}) : fmt::format("{}", value);
}

std::string amountText(Measure measure, const Range<std::int64_t>& range) {
    const std::string from = amountText(measure, range.from);
    return range.single() ? from : fmt::format("{} to {}", from, amountText(measure, range.to));
}

} // namespace

Finding judge(const ExpectedTotal& expected, const History& history, Duration end) {
    const Span within = expected.within.value_or(Span{Duration{0}, end});
    // The period may end after the run.
    const Span lived{std::min(within.from, end), std::min(within.to, end)};
    Finding finding{.location = expected.location,
                    .expected = expected.job ? stint::textOf(*expected.job) : expected.app->name.str()};
    std::string instead;
    for (const auto& [measure, range] : expected.measures) {
        const std::int64_t value = measured(expected, measure, history, lived);
        finding.expected += fmt::format(" {}={}", nameOf(measure), amountText(measure, range));
        if (!range.holds(value))
            instead += fmt::format("{}{}={}", instead.empty() ? "" : " ", nameOf(measure), amountText(measure, value));
    }
    if (expected.within) finding.expected += " within " + textOf(*expected.within);
    if (!instead.empty()) finding.happened = instead;
    return finding;
}

} // namespace stint::sim
