// What a gate answers: open; shut until an instant; or shut until some event (design.md, the core).
#pragma once
#include <optional>

#include "stint/reasons.hpp"
#include "stint/units.hpp"

namespace stint {

struct Verdict {
    bool open = true;
    PendingReason reason = PendingReason::Undefined;
    std::optional<Instant> askAgain; ///< always later than the now it was asked at

    static Verdict yes() { return {}; }
    static Verdict until(Instant when, PendingReason why) { return {false, why, when}; }
    static Verdict untilEvent(PendingReason why) { return {false, why, std::nullopt}; }
    bool operator==(const Verdict&) const = default;
};

} // namespace stint
