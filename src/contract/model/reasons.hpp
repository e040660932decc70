// The reasons why a job waits (jobs.md §9.1) and why one was stopped (§4.6): a row each, with Android's name and a
// person's words. Every program, page and manual that names, ranks or words a reason reads it here.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "stint/reasons.hpp"

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

/// In the order in which they are told.
std::span<const PendingRow> pendingRows();
/// By number.
std::span<const StopRow> stopRows();

/// Where a reason stands among others (jobs.md §9.1); the smaller goes first, a number that is none last.
int rankOf(PendingReason reason);
/// A number that is none: "a reason this version does not know".
std::string_view meaningOf(PendingReason reason);
/// A number that is none: "a better moment".
std::string_view wantOf(PendingReason reason);
/// A number that is none: "stopped".
std::string_view meaningOf(StopReason reason);

} // namespace stint
