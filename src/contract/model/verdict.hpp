// What a gate answers: open; shut until an instant; or shut until some event (architecture.md, the core).
#pragma once
#include <optional>

#include "stint/reasons.hpp"
#include "stint/units.hpp"

namespace stint {

struct Verdict {
    bool open = true;
    PendingReason reason = PENDING_JOB_REASON_UNDEFINED;
    std::optional<Instant> askAgain; ///< always later than the now it was asked at
    bool forecast = true;            ///< it opens at askAgain, where nothing else happens; else it is only asked then
    /// Whoever asks from then on, for another reason, may find it open before askAgain; nullopt: nobody may.
    std::optional<Instant> sooner;

    static Verdict yes() { return {}; }
    static Verdict until(Instant when, PendingReason why) { return {false, why, when, true, {}}; }
    /// As limits.md §3.7 has it: time opens it `sooner`, but it is not asked for that alone.
    static Verdict untilAtLatest(Instant when, Instant sooner, PendingReason why) {
        return {false, why, when, true, sooner};
    }
    static Verdict untilEvent(PendingReason why) { return {false, why, {}, false, {}}; }
    /// An event opens it, but one that nobody tells of: to be asked again at `when`, and whenever anything is asked.
    static Verdict untilUntold(Instant when, PendingReason why) { return {false, why, when, false, Instant{}}; }
    bool operator==(const Verdict&) const = default;
};

} // namespace stint
