// A job that is tracked, with the history of what it has waited for (jobs.md §9.2).
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result/errors.hpp"
#include "contract/model/job.hpp"
#include "contract/model/record.hpp"
#include "contract/rules/concurrency.hpp"

namespace stint {

/// A set of reasons, without an order of their own.
class ReasonSet {
public:
    void add(PendingReason reason) { bits_ |= bit(reason); }
    void remove(PendingReason reason) { bits_ &= ~bit(reason); }
    bool empty() const { return bits_ == 0; }
    /// The reasons, in the order in which they are listed (jobs.md §9.1).
    std::vector<PendingReason> list() const;
    bool operator==(const ReasonSet&) const = default;

private:
    static std::uint32_t bit(PendingReason reason) { return std::uint32_t{1} << static_cast<std::uint32_t>(reason); }

    std::uint32_t bits_ = 0; ///< by the documentation's numbers, 1 to 16
};

/// The last ten changes of the reasons that kept a job waiting (jobs.md §9.2), in little room, since a million jobs may
/// sleep with a history each.
class History {
public:
    struct Entry {
        WallTime when;
        ReasonSet reasons;
    };

    /// Adds an entry if its reasons are new; where it undoes the last one at the same instant, that one goes instead.
    /// No reasons: the job waits for nothing but its app.
    void note(WallTime when, ReasonSet reasons);
    bool empty() const { return entries_.empty(); }
    std::size_t size() const { return entries_.size(); }
    /// The entry of this number; the oldest has 0.
    const Entry& entry(std::size_t number) const {
        STINT_CHECK(number < entries_.size());
        return entries_[(oldest_ + number) % entries_.size()];
    }
    /// True if there was ever a reason other than its app.
    bool hasWaited() const;
    std::vector<HistoryEntry> list() const;
    void clear() { *this = {}; }

private:
    void dropNewest();

    std::vector<Entry> entries_; ///< once it is full, the oldest gives its place to the newest
    std::size_t oldest_ = 0;
};

struct Tracked;

/// The job's history: by its own clocks, and by its group since it joined that (jobs.md §9.2).
History historyOf(const Tracked& tracked);

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
    Boxed<std::string> unfit;         ///< why it is set aside (waiting.cpp); empty: it is not
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

/// True if the job waits for a person or its app, and nothing is asked about it any more (waiting.cpp).
inline bool isAside(const Tracked& tracked) { return !tracked.details->unfit->empty(); }
/// The refusal to do anything else with a job that is set aside.
Error isSetAside(const Tracked& tracked);

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
