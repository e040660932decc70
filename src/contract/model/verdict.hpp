// The answer of a gate (architecture.md, the core).
#pragma once
#include <optional>

#include "stint/reasons.hpp"
#include "stint/units.hpp"

namespace stint {

/// A gate's answer: open; shut until an instant; or shut until some event.
struct Verdict {
    bool open = true;
    PendingReason reason = PENDING_JOB_REASON_UNDEFINED;
    std::optional<Instant> askAgain; ///< always later than the now it was asked at
    bool forecast = true;            ///< it opens at askAgain, if nothing else happens; else it is only asked then
    /// From then on it may be found open before askAgain, if it is asked for another reason; nullopt: it may not.
    std::optional<Instant> sooner;

    static Verdict yes() { return {}; }
    static Verdict until(Instant when, PendingReason why) { return {false, why, when, true, {}}; }
    /// limits.md §3.7: time opens it at `sooner`, but it is not asked for that alone.
    static Verdict untilAtLatest(Instant when, Instant sooner, PendingReason why) {
        return {false, why, when, true, sooner};
    }
    static Verdict untilEvent(PendingReason why) { return {false, why, {}, false, {}}; }
    /// It opens by an event that nobody reports: ask it again at `when`, and whenever anything is asked.
    static Verdict untilUntold(Instant when, PendingReason why) { return {false, why, when, false, Instant{}}; }
    bool operator==(const Verdict&) const = default;
};

} // namespace stint
