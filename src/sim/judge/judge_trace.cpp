// scenario.md, trace: the expected effects must come in their order, with others in between.
#include <algorithm>

#include <fmt/core.h>

#include "base/time/time.hpp"
#include "sim/world/finding.hpp"

namespace stint::sim {
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

} // namespace stint::sim
