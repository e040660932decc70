// The members of what is told of a job, one by one: for the tests that each goes over the wire (tests/wire), and that
// the core sets it (tests/core).
#pragma once
#include <tuple>

#include "contract/model/view.hpp"

namespace stint {

/// A new member does not compile here: it has its row in JobView::fields, the core tells it, and both are tested by it.
inline auto membersOf(const JobView& job) {
    const auto& [key, info, state, kind, demoted, label, failures, systemStops, scheduled, reasons, earliest, latest,
                 lastSuccess, lastFailure, lastRun, want, waitsFor, waitsAlso, held, guarded, terms, runState, started,
                 keepsAwake, clocks, network, workItems, place, down, up, estimatedDown, estimatedUp, rate, rateLimit,
                 rateLimitUntil, notification, completed] = job;
    return std::tie(key, info, state, kind, demoted, label, failures, systemStops, scheduled, reasons, earliest, latest,
                    lastSuccess, lastFailure, lastRun, want, waitsFor, waitsAlso, held, guarded, terms, runState,
                    started, keepsAwake, clocks, network, workItems, place, down, up, estimatedDown, estimatedUp, rate,
                    rateLimit, rateLimitUntil, notification, completed);
}

} // namespace stint
