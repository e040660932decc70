// The result of one expectation.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/scenario/scenario.hpp"
#include "sim/scenario/trace.hpp"

namespace stint {
class Scheduler;
}

namespace stint::sim {

struct Finding {
    SourceLocation location;
    std::string expected;
    std::optional<std::string> happened; ///< what happened instead; nullopt: the expectation held
    std::optional<Duration> at;          ///< the moment it is about, where there is one

    bool held() const { return !happened; }
};

/// The context of an expectation of state.
struct Moment {
    const Scheduler& core;
    Now now;
    Instant zero;
    SourceLocation location;
};
Finding judge(const action::ExpectJob& expect, const Moment& moment);
Finding judge(const action::ExpectDevice& expect, const Moment& moment);
Finding judge(const action::ExpectApp& expect, const Moment& moment);

/// Expectations of a whole run.
std::vector<Finding> judgeTrace(std::span<const ExpectedEffect> expected, const History& history);
Finding judge(const ExpectedTotal& expected, const History& history, Duration end);

/// The span as text: "10min", "10min to 11min".
std::string textOf(const Span& span);
/// The effect as a person reads it: "started com.example.mail/7 at 10min kind=regular".
std::string textOf(const Happening& happening);

} // namespace stint::sim
