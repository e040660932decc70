// What a gate answers: open; shut until an instant; or shut until some event (architecture.md, the core).
#pragma once
#include <optional>

#include "stint/reasons.hpp"
#include "stint/units.hpp"

namespace stint {

struct Verdict {
    bool open = true;
    PendingReason reason = PendingReason::Undefined;
    std::optional<Instant> askAgain; ///< always later than the now it was asked at
    bool forecast = true;            ///< it opens at askAgain, where nothing else happens; else it is only asked then

    static Verdict yes() { return {}; }
    static Verdict until(Instant when, PendingReason why) { return {false, why, when, true}; }
    static Verdict untilEvent(PendingReason why) { return {false, why, std::nullopt, false}; }
    /// An event opens it, but one that nobody tells of: to be asked again at `when`.
    static Verdict untilUntold(Instant when, PendingReason why) { return {false, why, when, false}; }
    bool operator==(const Verdict&) const = default;
};

} // namespace stint
