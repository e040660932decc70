// What a job waits for that nothing else keeps from running: its turn (jobs.md §3.6, §3.7). A table, as of the gates.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "contract/rules/concurrency.hpp"
#include "contract/rules/obstacle.hpp"

namespace stint {

/// The end of "waits for …", of a job that waits for a slot alone.
inline constexpr std::string_view wantOfSlot = "a free slot";

/// Who has the slot that a ready job waits for.
struct SlotHolders {
    NoRoom why = NoRoom::Taken;
    JobKey first;            ///< one of them
    std::int64_t others = 0; ///< how many more there are
};

/// What is known of the turn of one job.
struct QueueFacts {
    const JobKey& job;
    std::optional<Instant> heldForBatch; ///< Instant::max(): until more are ready
    bool earlierRuns = false;            ///< the run of the job that it replaced has not ended
    std::optional<SlotHolders> slot;
    std::optional<Instant> displacedUntil; ///< it was displaced at this instant, and starts no more at it
};

struct QueueRow {
    std::string_view name;
    PendingReason reason;
    std::string_view clears;
    std::string_view want; ///< as of a gate
    bool (*holds)(const QueueFacts&);
    std::string (*describe)(const QueueFacts&);
    std::optional<Instant> (*until)(const QueueFacts&) = nullptr; ///< null: an event
};

/// Whether a row has that name: then its job waits for nothing but others.
bool isOfTheQueue(std::string_view name);
/// The first that holds it; null: it may start.
const QueueRow* holdInQueue(const QueueFacts& facts);

} // namespace stint
