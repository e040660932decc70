// Tracked jobs.
#pragma once
#include <optional>

#include "contract/core/history.hpp"
#include "contract/model/content_changes.hpp"
#include "contract/model/job.hpp"
#include "contract/rules/order.hpp"

namespace stint {

struct Group;

/// The changes of content that a job's next run, or the one under way, is told of; a retry is told of them again
/// (jobs.md §3.2).
struct Content {
    ContentChanges changes;
    Instant readyWritten; ///< ContentChanges::ready, as the store has it
};

/// Crashes of a job that answers for its own (jobs.md §12.3). A restart of the daemon forgives them.
struct CrashNotes {
    std::vector<Instant> times; ///< within job.crash_guard.window, oldest first
    std::optional<Instant> restsUntil;
};

/// The details that most jobs have none of.
struct TrackedDetails {
    Boxed<Content> content;
    Boxed<CrashNotes> crashes;
    History history;                  ///< by its own clocks, before it joined its group, which keeps the rest
    OptionalTime<WallTime> groupedAt; ///< since when it waits in its group, if it has waited elsewhere before
    Boxed<std::string> unfit;         ///< why it is set aside (aside.cpp); empty: it is not
};

/// A job that is tracked: waiting in a group, asleep until its own clocks let it wait there, or running. A million of
/// them may wait, so that each byte here is one too many.
struct Tracked {
    [[no_unique_address]] Job job; // its last bytes are free
    Override override = Override::None;
    bool settles : 1 = false;    ///< was there at the boot: not before Boot::settledAt (jobs.md §7.2)
    bool inSight : 1 = false;    ///< scheduled from the foreground of a terminal: its first start needs no slot
    RunId run;                   ///< its own, or that of the job it replaced: nothing of it starts before that ended
    OptionalTime<Instant> clock; ///< the next instant at which its own clocks' answer may change
    WallTime joined;             ///< since when it waits
    Group* group = nullptr;      ///< where it waits; null: asleep, or running
    Boxed<TrackedDetails> details;
};

inline WallTime groupedAt(const Tracked& tracked) { return tracked.details->groupedAt.value_or(tracked.joined); }

/// True if the job waits for a person or its app, and nothing is asked about it any more (aside.cpp).
inline bool isAside(const Tracked& tracked) { return !tracked.details->unfit->empty(); }

/// The job's place in its group, which changes only while the job is in none.
inline Place placeOf(const Tracked& tracked) { return {tracked.job.enqueued, tracked.job.sequence}; }

/// The order of the jobs of one group.
struct ByPlace {
    bool operator()(const Tracked* a, const Tracked* b) const {
        const Place one = placeOf(*a), other = placeOf(*b);
        if (one < other || other < one) return one < other;
        return a->job.key < b->job.key; // a damaged store may have two in one place
    }
};

/// The order of the jobs with a clock.
struct ByClock {
    bool operator()(const Tracked* a, const Tracked* b) const {
        return *a->clock != *b->clock ? *a->clock < *b->clock : a->job.key < b->job.key;
    }
};

} // namespace stint
