// An app's use of its quotas (limits.md §3.4, §4): sessions, each a stretch of time with at least one counted job.
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "stint/units.hpp"

namespace stint {

struct Session {
    Instant start;
    Instant end;
    std::int64_t jobs = 0;
    bool brokenOff = false; ///< by a sleep or a restart: the next newer one is the same session (limits.md §3.4)

    bool operator==(const Session&) const = default;
};

/// A session that has not ended.
struct OpenSession {
    Instant start;
    std::int64_t jobs = 0; ///< counted so far; those that have ended stay counted

    bool operator==(const OpenSession&) const = default;
};

/// A fixed window that opens at the first event after the one before it expired (limits.md §3.2).
struct RateWindow {
    std::optional<Instant> opened;
    std::int64_t count = 0;

    bool operator==(const RateWindow&) const = default;
};

/// The use of the quota of regular jobs.
struct QuotaLedger {
    std::vector<Session> sessions; ///< oldest first, those that ended within quota.history
    std::optional<OpenSession> open;
    RateWindow jobStarts;
    RateWindow sessionEnds;

    bool operator==(const QuotaLedger&) const = default;
};

/// The use of the quota of expedited jobs: a tally that sessions add to and rewards take from (limits.md §4).
struct ExpeditedLedger {
    std::vector<Session> sessions; ///< oldest first, within ej.window
    std::optional<OpenSession> open;
    Duration tally{0};
    Duration credit{0};              ///< earned while a session runs, beyond the tally: shortens that session's debit
    std::optional<Instant> topSince; ///< while the app is on top: its reward is pending

    bool operator==(const ExpeditedLedger&) const = default;
};

} // namespace stint
