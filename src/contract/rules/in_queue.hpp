// The turn of a job that nothing else keeps from running (jobs.md §3.6, §3.7). A table, like that of the gates.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "contract/rules/concurrency.hpp"
#include "contract/rules/obstacle.hpp"

namespace stint {

/// The end of "waits for …" for a job that waits for a slot alone.
inline constexpr std::string_view wantOfSlot = "a free slot";

/// The jobs that have the slot which a ready job waits for.
struct SlotHolders {
    NoRoom why = NoRoom::Taken;
    JobKey first;            ///< one of them
    std::int64_t others = 0; ///< how many more there are
};

/// The facts about one job's turn.
struct QueueFacts {
    const JobKey& job;
    std::optional<Instant> heldForBatch; ///< Instant::max(): until more are ready
    bool earlierRuns = false;            ///< the run of the job that it replaced has not ended
    std::optional<SlotHolders> slot;
    std::optional<Instant> displacedUntil; ///< it was displaced at this instant, and does not start again within it
};

/// A row of the table of what a ready job waits for: its turn (jobs.md §3.6, §3.7).
struct QueueRow {
    std::string_view name;
    PendingReason reason;
    std::string_view clears;
    std::string_view want; ///< the same as Gate::want
    bool (*holds)(const QueueFacts&);
    std::string (*describe)(const QueueFacts&);
    std::optional<Instant> (*until)(const QueueFacts&) = nullptr; ///< null: an event
};

/// True if a row has that name: then its job waits for nothing but other jobs.
bool isOfTheQueue(std::string_view name);
/// The first row that holds the job; null: it may start.
const QueueRow* holdInQueue(const QueueFacts& facts);

} // namespace stint
