#include "rules/session_time.hpp"

#include <algorithm>

#include "base/time.hpp"

namespace stint {
namespace {

constexpr Duration nothing{0};
constexpr Duration moment{1};

// The part inside (edge, now].
Duration lengthInside(const Session& session, Instant edge, Instant now) {
    return std::max(std::min(session.end, now) - std::max(session.start, edge), nothing);
}

} // namespace

Duration lengthOf(const std::optional<OpenSession>& open, Instant now) {
    return open ? std::max(now - open->start, nothing) : nothing;
}

Duration timeWithin(const std::vector<Session>& sessions, Duration window, Instant now) {
    Duration sum = nothing;
    for (const Session& session : sessions)
        sum += lengthInside(session, now - window, now);
    return sum;
}

Duration timeUntilSpent(const std::vector<Session>& sessions, Duration window, Instant now, Duration left,
                        Duration owed) {
    if (left < nothing) return nothing;
    Duration until = nothing;
    Instant edge = now - window;
    for (const Session& session : sessions) {
        if (session.end <= edge) continue;
        const Duration gap = std::max(session.start - edge, nothing);
        if (gap > left) break;
        const Instant end = std::min(session.end, now);
        until += end - edge;
        left -= gap;
        edge = end;
        const Duration length = session.end - session.start;
        left -= std::max(length - owed, nothing);
        owed -= std::min(length, owed);
        if (left < nothing) return until;
    }
    return until + left;
}

std::optional<Instant> timeReturns(const std::vector<Session>& sessions, Duration running, Duration window, Instant now,
                                   Duration target) {
    if (running > nothing && running >= target) return now - target + window;
    const Instant edge = now - window;
    Duration sum = running;
    for (std::size_t i = sessions.size(); i-- > 0;) {
        const Session& session = sessions[i];
        const Duration length = lengthInside(session, edge, now);
        sum += length;
        if (length > nothing && sum >= target) return std::max(session.start, edge) + (sum - target) + window;
    }
    return std::nullopt;
}

Instant returnAt(Instant when, Instant now, Duration spacing) {
    constexpr Duration unforeseen = 5min; // limits.md §3.7: in the past, which should not happen
    // With no buffer the budget returns a moment after the last of it is seen spent.
    if (when == now) when += moment;
    if (when < now) when = now + unforeseen;
    if (spacing <= nothing) return when;
    const Duration over = when.time_since_epoch() % spacing;
    return over > nothing ? when + (spacing - over) : when;
}

} // namespace stint
