#include "sim/replay.hpp"

#include <fmt/format.h>

#include "base/fail.hpp"
#include "base/overloaded.hpp"
#include "base/try.hpp"
#include "sim/snapshot.hpp"

namespace stint::sim {
namespace {

class Replay {
public:
    Replay(const Scenario& recording, Constants constants) : recording_(recording), core_(std::move(constants)) {}

    Result<void> act(const Entry& entry) {
        location_ = entry.location;
        at_ = entry.at;
        return std::visit(Overloaded{[&](const action::Recorded& recorded) { return take(recorded); },
                                     [&](const action::ExpectJob& expect) { return judged(expect); },
                                     [&](const action::ExpectApp& expect) { return judged(expect); },
                                     [&](const action::ExpectDevice& expect) { return judged(expect); },
                                     [&](const auto&) -> Result<void> {
                                         return problem("a recording has events and expectations alone");
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
    Result<void> take(const action::Recorded& recorded) {
        const auto* beginning = std::get_if<record::Beginning>(&recorded.told);
        if (beginning) {
            if (begun_) return problem("a recording begins once");
            begun_ = true;
            zero_ = beginning->now.elapsed - at_;
            ahead_ = beginning->now.wall.time_since_epoch() - beginning->now.elapsed.time_since_epoch();
        } else if (!begun_) {
            return problem("a recording's first entry is the event \"begin\"");
        }
        if (recorded.wall) ahead_ = recorded.wall->time_since_epoch() - now().elapsed.time_since_epoch();
        Step step;
        if (beginning) {
            auto snapshot = STINT_TRY(snapshotOf(recording_, beginning->boot));
            step = core_.restore(std::move(snapshot), beginning->boot, beginning->device, now(), beginning->heldBack);
        } else {
            step = core_.handle(std::get<Event>(recorded.told), now());
        }
        ++played_.events;
        compare(recorded.effects, step);
        return {};
    }

    /// The effects that came of one event, with those that stintd had: to the byte.
    void compare(const std::vector<std::string>& expected, const Step& step) {
        std::vector<std::string> happened;
        for (const Effect& effect : step.effects) {
            const auto* trace = std::get_if<Trace>(&effect);
            if (!trace) continue;
            played_.history.push_back(happeningOf(*trace, now(), zero_));
            happened.push_back(traceJson(played_.history.back()));
        }
        if (expected.empty() && happened.empty()) return;
        Finding finding{.location = location_, .expected = fmt::format("{}", fmt::join(expected, " ")), .at = at_};
        if (expected.empty()) finding.expected = "no effect";
        if (happened != expected)
            finding.happened = happened.empty() ? "no effect" : fmt::format("{}", fmt::join(happened, " "));
        played_.findings.push_back(std::move(finding));
    }

    template <class Expect> Result<void> judged(const Expect& expect) {
        played_.findings.push_back(judge(expect, Moment{core_, now(), zero_, location_}));
        return {};
    }

    Now now() const {
        const Instant elapsed = zero_ + at_;
        return {elapsed, WallTime(elapsed.time_since_epoch() + ahead_)};
    }
    Error problem(std::string_view what) const {
        return fail(Errc::ILLEGAL_ARGUMENT, "{}:{}:{}: {}", recording_.file, location_.line, location_.column, what);
    }

    const Scenario& recording_;
    Scheduler core_;
    Played played_;
    SourceLocation location_;
    Duration at_{0};
    Instant zero_{};
    Duration ahead_{0}; ///< of the wall's clock
    bool begun_ = false;
};

} // namespace

Result<Played> replay(const Scenario& recording, Constants constants, const Options& options) {
    Replay replay(recording, std::move(constants));
    for (const Entry& entry : recording.timeline)
        if (!options.until || entry.at <= *options.until) STINT_TRY(replay.act(entry));
    return replay.done();
}

} // namespace stint::sim
