// What came of one expectation.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/history.hpp"
#include "sim/scenario.hpp"

namespace stint {
class Scheduler;
}

namespace stint::sim {

struct Finding {
    Place place;
    std::string expected;
    std::optional<std::string> happened; ///< what happened instead; nullopt: the expectation held
    std::optional<Duration> at;          ///< the moment it is about, where there is one

    bool held() const { return !happened; }
};

/// What is asked of the core at a moment of the timeline.
struct Moment {
    const Scheduler& core;
    Now now;
    Instant zero;
    Place place;
};
Finding judge(const deed::ExpectJob& expect, const Moment& moment);
Finding judge(const deed::ExpectDevice& expect, const Moment& moment);
Finding judge(const deed::ExpectApp& expect, const Moment& moment);

/// What is asked of a whole run.
std::vector<Finding> judgeTrace(std::span<const ExpectedEffect> expected, const History& history);
Finding judge(const ExpectedTotal& expected, const History& history, Duration end);

/// "10min", "10min to 11min".
std::string textOf(const Span& span);
/// "started com.example.mail/7 at 10min kind=regular", as a person reads it.
std::string textOf(const Happening& happening);

} // namespace stint::sim
