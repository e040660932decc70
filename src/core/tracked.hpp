// A job that is tracked: waiting in a group, asleep until its own clocks let it wait there, or running.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/job.hpp"
#include "model/view.hpp"
#include "rules/order.hpp"

namespace stint {

struct Group;

/// Changes of what a job watches (jobs.md §3.2), collected until it runs, or while it runs for the next of its id.
struct ContentChanges {
    std::optional<Instant> first;
    Instant last;
    std::set<std::string> uris;
};

/// What most jobs have nothing of.
struct TrackedSeldom {
    ContentChanges content;
    std::vector<HistoryEntry> history; ///< of its own clocks, before it joined its group, which keeps the rest
};

/// A million of them may wait, so that each byte here is one too many.
struct Tracked {
    Job job;
    std::optional<RunId> run; ///< its own run, or that of the job it replaced: nothing of it starts before that ended
    OptionalTime<Instant> heldUntil; ///< apps may not start yet after a boot (jobs.md §7.2)
    OptionalTime<Instant> clock;     ///< when its own clocks say something new
    WallTime joined;                 ///< since when it waits
    WallTime groupedAt;              ///< since when it waits in its group
    Group* group = nullptr;          ///< where it waits; null: asleep, or running
    Seldom<TrackedSeldom> seldom;
    Override override = Override::None;
    bool clockWasWrong = false; ///< its clocks were reckoned from one (jobs.md §7.3), and it has not run since
    bool inSight = false;       ///< scheduled from the foreground of a terminal: its first start needs no slot
};

/// In its group; it changes only while the job is in none.
inline Place placeOf(const Tracked& tracked) { return {tracked.job.enqueued, tracked.job.sequence}; }

/// Of one group.
struct ByPlace {
    bool operator()(const Tracked* a, const Tracked* b) const { return placeOf(*a) < placeOf(*b); }
};

/// Of those with a clock.
struct ByClock {
    bool operator()(const Tracked* a, const Tracked* b) const {
        return *a->clock != *b->clock ? *a->clock < *b->clock : a->job.key < b->job.key;
    }
};

} // namespace stint
