#include "contract/rules/session_time.hpp"

#include <algorithm>

#include "base/time/time.hpp"

namespace stint {
namespace {

constexpr Duration moment{1};

// The part inside (edge, now].
Duration lengthInside(const Session& session, Instant edge, Instant now) {
    return std::max(std::min(session.end, now) - std::max(session.start, edge), Duration::zero());
}

} // namespace

Duration lengthOf(const std::optional<OpenSession>& open, Instant now) {
    return open ? std::max(now - open->start, Duration::zero()) : Duration::zero();
}

Duration timeWithin(const std::vector<Session>& sessions, Duration window, Instant now) {
    Duration sum = Duration::zero();
    for (const Session& session : sessions)
        sum += lengthInside(session, now - window, now);
    return sum;
}

Duration timeUntilSpent(const std::vector<Session>& sessions, Duration window, Instant now, Duration left,
                        Duration owed) {
    if (left < Duration::zero()) return Duration::zero();
    Duration until = Duration::zero();
    Instant edge = now - window;
    for (const Session& session : sessions) {
        if (session.end <= edge) continue;
        const Duration gap = std::max(session.start - edge, Duration::zero());
        if (gap > left) break;
        const Instant end = std::min(session.end, now);
        until += end - edge;
        left -= gap;
        edge = end;
        const Duration length = session.end - session.start;
        left -= std::max(length - owed, Duration::zero());
        owed -= std::min(length, owed);
        if (left < Duration::zero()) return until;
    }
    return until + left;
}

std::optional<Instant> timeReturns(const std::vector<Session>& sessions, Duration running, Duration window, Instant now,
                                   Duration target) {
    if (running > Duration::zero() && running >= target) return now - target + window;
    const Instant edge = now - window;
    Duration sum = running;
    for (std::size_t i = sessions.size(); i-- > 0;) {
        const Session& session = sessions[i];
        const Duration length = lengthInside(session, edge, now);
        sum += length;
        if (length > Duration::zero() && sum >= target) return std::max(session.start, edge) + (sum - target) + window;
    }
    return std::nullopt;
}

Instant returnAt(Instant when, Instant now, Duration spacing) {
    constexpr Duration unforeseen = 5min; // limits.md §3.7: in the past, which should not happen
    // With no buffer the budget returns a moment after the last of it is seen spent.
    if (when == now) when += moment;
    if (when < now) when = now + unforeseen;
    if (spacing <= Duration::zero()) return when;
    const Duration over = when.time_since_epoch() % spacing;
    return over > Duration::zero() ? when + (spacing - over) : when;
}

} // namespace stint
