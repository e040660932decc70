// A step that is at work: it tells its end once, and its destructor stops it. And the forms of an end.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "fleet/errand/errand.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

using Ended = std::function<void(Errand::StepEnded)>;

class Doing {
public:
    Doing() = default;
    virtual ~Doing() = default;
    Doing(const Doing&) = delete;
    Doing& operator=(const Doing&) = delete;
};

/// The codes of steps that are no commands: sysexits, and timeout(1)'s.
inline constexpr std::int32_t stepTimedOut = 124;

inline Errand::StepEnded done(std::string words = {}) {
    return {.code = 0, .isForGood = false, .words = std::move(words)};
}
/// Another try may go better.
Errand::StepEnded notNow(std::int32_t code, std::string words);
/// Another try would end as this one.
Errand::StepEnded forGood(std::int32_t code, std::string words);

/// The text's last bytes, at most so many, without a part of a character at the beginning, and such that they steer no
/// terminal (fleet.md §4.4).
std::string lastLines(std::string_view text, std::size_t most);

} // namespace stint::fleet
