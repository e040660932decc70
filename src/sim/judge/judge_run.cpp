#include <algorithm>

#include <fmt/core.h>

#include "base/time/time.hpp"
#include "sim/world/finding.hpp"

namespace stint::sim {

// scenario.md, trace: the expected effects must come in their order, with others in between.

namespace {

std::string expectedText(const ExpectedEffect& effect) {
    std::string text = effect.never ? "never " : "";
    text += effect.what;
    if (effect.job) text += " " + stint::textOf(*effect.job);
    if (effect.app && !effect.job) text += " " + effect.app->name;
    if (effect.at) text += " at " + textOf(*effect.at);
    for (const Field& field : effect.fields)
        text += fmt::format(" {}={}", field.key, textOf(field.value));
    return text;
}

// The number of fields, the time included, that differ from the expected ones.
int differences(const ExpectedEffect& expected, const Happening& is) {
    int count = expected.at && !expected.at->holds(is.at) ? 1 : 0;
    for (const Field& field : expected.fields)
        if (std::ranges::find(is.fields, field) == is.fields.end()) ++count;
    return count;
}

using Position = History::const_iterator;

// The first of the effects nearest to the expected one.
Position nearestTo(const ExpectedEffect& expected, Position from, Position to) {
    Position best = to;
    for (Position one = from; one != to; ++one) {
        if (!resembles(expected, *one)) continue;
        if (best == to || differences(expected, *one) < differences(expected, *best)) best = one;
    }
    return best;
}

class Judge {
public:
    explicit Judge(const History& history) : history_(history), from_(history.begin()) {}

    Finding judge(const ExpectedEffect& expected) {
        Finding finding{.location = expected.location, .expected = expectedText(expected)};
        if (expected.at) finding.at = expected.at->from;
        if (expected.never) return judgeNever(expected, std::move(finding));
        const auto found =
            std::find_if(from_, history_.end(), [&](const Happening& one) { return matches(expected, one); });
        if (found == history_.end()) {
            finding.happened = instead(expected, finding);
            return finding;
        }
        finding.at = found->at;
        from_ = found + 1;
        last_ = expected.location;
        return finding;
    }

private:
    Finding judgeNever(const ExpectedEffect& expected, Finding finding) const {
        const auto found = std::ranges::find_if(history_, [&](const Happening& one) { return matches(expected, one); });
        if (found == history_.end()) return finding;
        finding.happened = textOf(*found);
        finding.at = found->at;
        return finding;
    }

    std::string instead(const ExpectedEffect& expected, Finding& finding) const {
        if (const auto later = nearestTo(expected, from_, history_.end()); later != history_.end()) {
            if (!expected.at) finding.at = later->at;
            return textOf(*later);
        }
        const auto earlier =
            std::find_if(history_.begin(), from_, [&](const Happening& one) { return matches(expected, one); });
        if (earlier != from_) return fmt::format("{}, before the effect of line {}", textOf(*earlier), last_.line);
        return last_.line > 1 ? fmt::format("nothing of the kind after the effect of line {}", last_.line)
                              : "nothing of the kind";
    }

    const History& history_;
    Position from_; ///< behind the last one that was matched
    SourceLocation last_;
};

} // namespace

std::string textOf(const Span& span) {
    if (span.single()) return formatDuration(span.from);
    return fmt::format("{} to {}", formatDuration(span.from), formatDuration(span.to));
}

std::string textOf(const Happening& happening) {
    std::string text(happening.what);
    if (happening.job)
        text += " " + stint::textOf(*happening.job);
    else if (happening.app)
        text += " " + happening.app->name;
    text += " at " + formatDuration(happening.at);
    for (const Field& field : happening.fields)
        text += fmt::format(" {}={}", field.key, textOf(field.value));
    return text;
}

std::vector<Finding> judgeTrace(std::span<const ExpectedEffect> expected, const History& history) {
    Judge judge(history);
    std::vector<Finding> findings;
    for (const ExpectedEffect& effect : expected)
        findings.push_back(judge.judge(effect));
    return findings;
}

// scenario.md, totals: sums and counts over a run, or over a part of it.

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
    case Measure::Expired:
        return "expired messages";
    case Measure::Replaced:
        return "replaced messages";
    }
    return "unknown";
}

bool isAbout(const ExpectedTotal& total, const Happening& one) {
    return total.job ? total.job == one.job : total.app == one.app;
}

template <class Matches>
std::int64_t count(const ExpectedTotal& total, const History& history, const Span& within, Matches matches) {
    return std::ranges::count_if(
        history, [&](const Happening& one) { return isAbout(total, one) && within.holds(one.at) && matches(one); });
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
    const auto named = [](std::string_view what) { return [what](const Happening& one) { return one.what == what; }; };
    const auto messageWith = [](std::string_view field) {
        return [field](const Happening& one) { return record::isMessage(one, field); };
    };
    switch (measure) {
    case Measure::RunTime:
        return runTime(total, history, within).count();
    case Measure::Starts:
        return count(total, history, within, named("started"));
    case Measure::Stops:
        return count(total, history, within, named("stopped"));
    case Measure::Alarms:
        return count(total, history, within, named("alarm"));
    case Measure::Messages:
        return count(total, history, within, messageWith("late_by"));
    case Measure::Expired:
        return count(total, history, within, messageWith("expired"));
    case Measure::Replaced:
        return count(total, history, within, messageWith("replaced"));
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
