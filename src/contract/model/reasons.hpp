// The reasons why a job waits (jobs.md §9.1) and why one was stopped (§4.6): a row each, with Android's name and a
// person's words. Every program, page and manual that names, ranks or words a reason reads it here. And the result of
// schedule() in scenario.md's words for an error: for the trace, and for a scenario's expectations.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "stint/reasons.hpp"
#include "stint/result.hpp"

namespace stint {

struct PendingRow {
    PendingReason reason;
    std::string_view name;    ///< Android's constant without its prefix
    std::string_view meaning; ///< the state of things: "the device is not charging"
    std::string_view want;    ///< the end of "waits for …": "mains"; a gate may know better (Gate::want)
};

struct StopRow {
    StopReason reason;
    std::string_view name;
    std::string_view meaning; ///< the end of the run: "stopped because the battery was low"
};

/// In the order in which they are listed.
std::span<const PendingRow> pendingRows();
/// By number.
std::span<const StopRow> stopRows();

/// A reason's place among others (jobs.md §9.1): the smaller comes first, an unknown number last.
int rankOf(PendingReason reason);
/// "a reason this version does not know" for an unknown number.
std::string_view meaningOf(PendingReason reason);
/// "a better moment" for an unknown number.
std::string_view wantOf(PendingReason reason);
/// "stopped" for an unknown number.
std::string_view meaningOf(StopReason reason);

/// "SecurityException", "limit_exceeded"; "failure" for RESULT_FAILURE; "error" for a failure that is no app's fault.
std::string_view resultName(Errc code);

} // namespace stint
