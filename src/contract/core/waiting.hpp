// Jobs on their way to a run: asleep by their own clocks, in groups behind gates, or ready and without a slot; and
// those that are set aside (docs/decisions/0015).
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <absl/container/btree_set.h>

#include "contract/core/groups.hpp"
#include "contract/rules/ending.hpp"

namespace stint {

struct Running;
struct State;
struct Turn;

/// The clocks of the jobs that are asleep, or in a group that a deadline takes them out of.
class JobClocks {
public:
    /// Sets the job's clock; nullopt: it has none.
    void set(Tracked& tracked, std::optional<Instant> when);
    /// The first job whose clock has rung; nullptr: there is none.
    Tracked* due(Instant now) const;
    std::optional<Instant> next() const;

private:
    absl::btree_set<Tracked*, ByClock> clocks_;
};

/// The jobs that were displaced at one instant: at that instant they start no more, nor make others stop for them
/// (jobs.md §3.6).
class Displaced {
public:
    void note(const JobKey& job, Instant now);
    /// The jobs of this instant.
    std::span<const JobKey> jobs(Instant now) const;

private:
    Instant at_{};
    std::vector<JobKey> jobs_;
};

struct Waiting {
    Waiting() = default;
    /// For a copy of the state: no job waits yet (waitAlike()).
    Waiting(const Waiting& other)
        : moments(other.moments), forSlot(other.forSlot), heldUntil(other.heldUntil), again(other.again),
          lookedAt(other.lookedAt), generous(other.generous), displaced(other.displaced) {}

    JobClocks clocks;
    Groups groups;
    std::uint64_t moments = 0; ///< the number of those at which groups were asked so far

    // The result of the last pass over the slots (queue.cpp).
    std::uint64_t forSlot = 0;        ///< open groups up to this opening found no slot; 0: none
    std::optional<Instant> heldUntil; ///< all that is ready is held back for a batch until then (jobs.md §3.7)
    std::optional<Instant> again;     ///< when time alone may find one that waits a slot
    Instant lookedAt;                 ///< the instant of the pass, by which it is told who has the slots
    std::optional<Instant> generous;  ///< the instant of the last pass that gave an extra slot

    Displaced displaced;

    std::optional<Instant> next() const;
};

/// Has the jobs of a copy wait as do those of the state that it was made from.
void waitAlike(State& copy, const State& state);
/// The gates that are shut for this GateKey now.
std::vector<ShutGate> askGates(const State& state, Now now, const GateKey& gateKey);
/// The number of the group's jobs that were displaced at this instant; or of those in open groups of an app.
std::int64_t displacedIn(const State& state, Now now, const Group& group);
std::int64_t displacedIn(const State& state, Now now, const AppGroups& appGroups);
/// Puts a tracked job, which has no run, where it has to wait: asleep or in its group.
void park(Turn& turn, Tracked& tracked);
void unpark(State& state, Tracked& tracked);
/// The keys of the app's jobs.
std::vector<JobKey> keysOf(const State& state, const AppId& app);
/// Ends the tracking of a job: from the queue, the store and the counts.
void forget(Turn& turn, const JobKey& key);
/// Wakes the jobs whose own clocks ring.
void wakeDue(Turn& turn);
/// Asks those groups again that read `ofDevice` or an app that has changed, and those that are due.
void askChanged(Turn& turn, ReadSet ofDevice);
/// Asks the groups of this app again that are in a pool: one of a pool has begun.
void askPools(Turn& turn, const AppId& app);

// Slots (queue.cpp, preemption.cpp).

/// Starts what may start while there is room.
void fillSlots(Turn& turn);
/// Displaces a run for each job that found no slot, and that no slot being freed will serve.
void makeRoom(Turn& turn);
/// jobs.md §4.5 clause 3: the reason to stop a run past its guarantee, as its timer rings; nullopt: there is none.
std::optional<Ending> reasonToStop(const Turn& turn, const Running& running);

// Jobs that are set aside (waiting.cpp).

/// Sets the job aside: nothing is asked about it from now on.
void setAside(Turn& turn, Tracked& tracked, std::string why);
/// Sets the jobs of Turn::broken aside, but for those that run.
void setBrokenAside(Turn& turn);
/// A stored job that cannot be taken in, reduced to what a person has to see.
Tracked takenAside(Job job, WallTime now);

// Changes of the content that jobs watch (content.cpp).

/// The instant at which its content trigger is satisfied; nullopt: nothing has changed yet.
std::optional<Instant> contentReady(const Tracked& tracked);
/// Keeps for the retry of a job the changes that came during its run.
void keepContent(Turn& turn, Tracked& tracked, const ContentChanges& collected);
/// The changes that the job of this key leaves to one with this info that replaces it.
ContentChanges inheritedContent(const State& state, const JobKey& key, const JobInfo& info);
/// Writes down the changes that its next run is to be told of.
void saveContent(Turn& turn, Tracked& tracked);
/// Takes in the stored changes; `ran`: the job ran when the former daemon died.
void restoreContent(Turn& turn, Tracked& tracked, ContentChanges stored, bool ran);

} // namespace stint
