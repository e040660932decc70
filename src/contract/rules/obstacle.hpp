// An obstacle: one thing that keeps a job from running, made from a row of a table. Two of the tables are here: a
// job's own clocks (jobs.md §3.1, §3.2, §6.2, §7.2, §12.3), until when each keeps the job from the gates and what
// passes it by; and the turn of a job that nothing else keeps from running (jobs.md §3.6, §3.7). The third is that of
// the gates (contract/rules/gates).
// All of a job's obstacles together give the order in which they are listed (jobs.md §9.1) and the time of the start
// (architecture.md, a forecast).
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "contract/model/constants.hpp"
#include "contract/model/job.hpp"
#include "contract/model/view.hpp"
#include "contract/rules/concurrency.hpp"

namespace stint {

/// The effect of a passed deadline on an obstacle (jobs.md §3.1 clause 5).
enum class AtDeadline : std::uint8_t {
    Stays,
    Goes, ///< an explicit constraint of the job's own
    IsIt, ///< it is the deadline
};

/// One thing that keeps a job from running, made from a row of the tables: gates, a job's own clocks, the queue.
struct Obstacle {
    Blocker blocker;
    AtDeadline atDeadline = AtDeadline::Stays;
};

/// The changes of a job's reasons for waiting that are kept at most (jobs.md §9.2), and the reason kept for a change to
/// none.
inline constexpr std::size_t mostHistory = 10;
inline constexpr PendingReason reasonOfReady = PENDING_JOB_REASON_APP;

/// The blockers in the order of jobs.md §9.1.
std::vector<Blocker> inOrder(const std::vector<Obstacle>& obstacles);

/// The blockers that a person is shown: APP only if there is nothing else (jobs.md §9.1).
std::vector<Blocker> named(std::vector<Blocker> blockers);

/// The time at which all of it is out of the way: the latest of the times, if each obstacle names one; the deadline's
/// in place of those that it lifts. nullopt: not known.
std::optional<WallTime> clearsAt(const std::vector<Obstacle>& obstacles);

/// The inputs of one job's clocks.
struct OwnTimes {
    const Job& job;
    const Constants& constants;
    Instant now;
    WallTime wall; ///< the same moment by the wall clock
    Override override = Override::None;
    OptionalTime<Instant> contentReady{};   ///< when the changes it watches for have calmed down; none: no change yet
    std::string_view contentShort{};        ///< why not all that its app's jobs watch is watched; empty: all is
    std::optional<Instant> crashRestsUntil; ///< until then its job rests: its process has crashed too often
    std::optional<Instant> settledAt;       ///< when the session settles, for a job that was there at the boot
};

/// A row of the table of a job's own clocks: until when it keeps the job from the gates, and how it is put in words.
struct OwnClock {
    std::string_view name;
    PendingReason reason;
    std::optional<Instant> (*until)(const OwnTimes&); ///< later than now; Instant::max(): an event; nullopt: it is open
    std::string (*describe)(const OwnTimes&);
    std::string_view clears; ///< how to open it, in words
    std::string_view want;   ///< the same as Gate::want
    Override passedBy;       ///< the least override that ignores it (jobs.md §8); None: no override does
    AtDeadline atDeadline;
};

std::span<const OwnClock> ownClocks();

/// The time until which this clock holds the job; nullopt: it does not, is passed by, or is the deadline's.
std::optional<Instant> heldUntil(const OwnClock& clock, const OwnTimes& times);

/// The latest of these times; nullopt: no clock holds the job.
std::optional<Instant> heldUntil(const OwnTimes& times);

/// True once the deadline has passed (jobs.md §3.1 clause 5).
bool isOverdue(const Job& job, Instant now);

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

/// True for the name of a row, and of the gate of pools: a job that it keeps waits for nothing but other jobs.
bool isOfTheQueue(std::string_view name);
/// The first row that holds the job; null: it may start.
const QueueRow* holdInQueue(const QueueFacts& facts);

} // namespace stint
