#include "sim/judge/replay.hpp"

#include <fmt/format.h>

#include "base/result/overloaded.hpp"
#include "base/result/try.hpp"
#include "sim/judge/recorded_core.hpp"

namespace stint::sim {
namespace {

class Replay {
public:
    Replay(const Scenario& recording, Constants constants)
        : recording_(recording), device_(recording, std::move(constants)) {}

    Result<void> act(const Entry& entry) {
        at_ = entry.at;
        device_.advance(device_.at(entry.at));
        return std::visit(Overloaded{[&](const action::Recorded& recorded) { return take(entry, recorded); },
                                     [&](const action::ExpectJob& expect) { return judged(entry, expect); },
                                     [&](const action::ExpectApp& expect) { return judged(entry, expect); },
                                     [&](const action::ExpectDevice& expect) { return judged(entry, expect); },
                                     [&](const auto&) -> Result<void> {
                                         return device_.problem(entry, "a recording has events and expectations alone");
                                     }},
                          entry.action);
    }

    Played done() {
        for (Finding& finding : judgeTrace(recording_.trace, played_.history))
            played_.findings.push_back(std::move(finding));
        for (const ExpectedTotal& total : recording_.totals)
            played_.findings.push_back(judge(total, played_.history, at_));
        return std::move(played_);
    }

private:
    Result<void> take(const Entry& entry, const action::Recorded& recorded) {
        const Step step = STINT_TRY(device_.tell(entry, recorded));
        ++played_.events;
        compare(entry, recorded.effects, step);
        return {};
    }

    /// Compares the effects of one event with those that stintd had: to the byte.
    void compare(const Entry& entry, const std::vector<std::string>& expected, const Step& step) {
        std::vector<std::string> happened;
        for (const Effect& effect : step.effects) {
            const auto* trace = std::get_if<Trace>(&effect);
            if (!trace) continue;
            played_.history.push_back(happeningOf(*trace, device_.now(), device_.at(Duration{0})));
            happened.push_back(traceJson(played_.history.back()));
        }
        if (expected.empty() && happened.empty()) return;
        Finding finding{
            .location = entry.location, .expected = fmt::format("{}", fmt::join(expected, " ")), .at = entry.at};
        if (expected.empty()) finding.expected = "no effect";
        if (happened != expected)
            finding.happened = happened.empty() ? "no effect" : fmt::format("{}", fmt::join(happened, " "));
        played_.findings.push_back(std::move(finding));
    }

    template <class Expect> Result<void> judged(const Entry& entry, const Expect& expect) {
        const Moment moment{device_.core, device_.now(), device_.at(Duration{0}), entry.location};
        played_.findings.push_back(judge(expect, moment));
        return {};
    }

    const Scenario& recording_;
    RecordedCore device_;
    Played played_;
    Duration at_{0}; ///< the last entry's
};

} // namespace

Result<Played> replay(const Scenario& recording, Constants constants, const Options& options) {
    Replay replay(recording, std::move(constants));
    for (const Entry& entry : recording.timeline)
        if (!options.until || entry.at <= *options.until) STINT_TRY(replay.act(entry));
    return replay.done();
}

} // namespace stint::sim
