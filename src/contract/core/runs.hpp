// The runs of jobs, each with its one timer (jobs.md §4.5), from their slot to their end.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/result/containers.hpp"
#include "base/time/time.hpp"
#include "contract/model/event.hpp"
#include "contract/model/gate.hpp"
#include "contract/model/record.hpp"
#include "contract/rules/concurrency.hpp"
#include "contract/rules/ending.hpp"
#include "contract/rules/world.hpp"

namespace stint {

struct State;
struct Tracked;
struct Turn;

struct Running {
    Run run;
    GateKey gateKey;                ///< frozen for the run
    ReadSet reads = 0;              ///< read by the gates that may stop it
    OptionalTime<Instant> deadline; ///< its job's
    bool unasked = true;            ///< it is new, or its app has changed, since its gates were last asked
    bool pastGuarantee = false;     ///< when they were last asked
    bool stopTraced = false;
    std::optional<WallTime> heldSince; ///< since when its guard holds it (jobs.md §14.5)
    bool owesQuota = false;            ///< its guarantee holds a stop for quota off (jobs.md §4.5 clause 1)
    std::string stopText;              ///< why it is being stopped, where the reason alone is not enough
    Boxed<ContentChanges> content;     ///< those that came while it runs: for its retry, or the next job of this id
};

class Runs {
public:
    /// Numbers runs from here on, so that none has the number of an earlier daemon's. There must be none yet.
    void startFrom(std::uint64_t number);
    /// Adds a new run, of which only the number is set.
    Running& add() { return add(RunId{next_++}); }
    /// Adds a run that an earlier core has begun.
    Running& add(RunId run);
    using Taken = std::map<RunId, Running>::node_type;
    /// Takes out a run that is over, where it lies.
    Taken take(RunId run);

    /// nullptr: it is over, or never was.
    Running* find(RunId run);
    const Running* find(RunId run) const;
    /// The run, which is known to be there.
    Running& at(RunId run);
    const Running& at(RunId run) const;
    /// All runs, in the order in which they began.
    auto begin() { return runs_.begin(); }
    auto end() { return runs_.end(); }
    auto begin() const { return runs_.begin(); }
    auto end() const { return runs_.end(); }
    std::size_t size() const { return runs_.size(); }
    bool empty() const { return runs_.empty(); }
    bool anyOf(const AppId& app) const;
    /// Notes a guard's run (jobs.md §14.5), which takes no slot.
    void addGuard(RunId run);
    const std::set<RunId>& guards() const { return guards_; }
    /// Counts a new run among those of its pool, by its GateKey.
    void addToPool(const Running& running);
    const PoolRuns& pools() const { return pools_; }
    std::size_t inSlots() const { return runs_.size() - guards_.size(); }

    void setTimer(Run& run, Instant when);
    /// The first whose timer has run out; nullptr: there is none.
    Running* due(Instant now);
    std::optional<Instant> next() const;

    /// Notes a run that did not end by success: its app may not know it yet, so its callbacks are no error until then
    /// (jobs.md §4.2).
    void noteLate(const Run& run, Instant now, Instant until);
    bool isLate(const AppId& app, RunId run, Instant now) const;

private:
    void checkSizes() const;

    struct Late {
        AppId app;
        Instant until;
    };
    std::map<RunId, Running> runs_;
    std::set<std::pair<Instant, RunId>> timers_; ///< one for each run
    std::set<RunId> guards_;
    PoolRuns pools_; ///< those of which a job runs
    std::map<RunId, Late> late_;
    std::uint64_t next_ = 1;
};

// While it runs (runs.cpp).

/// The facts of a run that gates read.
RunFacts factsOf(const Running& running, Instant now);
void startRun(Turn& turn, Tracked& tracked, WorkType type);
/// Takes up a run that an earlier core has begun. Its app is announced later, so its gates are not asked now.
void goOn(Turn& turn, Tracked& tracked, const GoingOn& begun);
/// Asks the app to stop the run, or remembers to, while it cannot be asked yet (jobs.md §4.3). The first reason stands.
void beginStop(Turn& turn, Running& running, Ending ending);
/// Stops the runs behind a gate that has shut; tells the others that their network has changed.
void stopShut(Turn& turn);
/// Tells the runs where the hour, the clock or the policy has changed the rate of transfers (limits.md §15).
void followRate(Turn& turn);
/// When the hour changes it; nullopt: never, or nothing runs.
std::optional<Instant> nextRate(const State& state);
/// Marks, at the end of a turn, the runs whose apps it has changed: their gates are asked in the next one.
void noteUnasked(Turn& turn);
void runTimers(Turn& turn);
/// The first timer of all runs; nullopt also while the machine sleeps, when they stand still (limits.md §13).
std::optional<Instant> nextRunTimer(const State& state);
/// Notes that the run is outside of free time; true if it is so for the first time.
bool noteFreeTime(Turn& turn, Running& running);
/// Sends the run's terms, which have changed since it was bound.
void tellTerms(Turn& turn, const Run& run);
/// The job's own run; nullptr also while it waits for the run of the job that it replaced to end.
const Running* ownRun(const State& state, const Tracked& tracked);
/// Takes the bytes that a run reports for one item of its work; ignores an item that it is not working on (jobs.md
/// §4.7; schedule.cpp).
void updateItem(Turn& turn, Running& running, const BytesUpdated& event);

// Its end (closing.cpp).

void close(Turn& turn, RunId run, End end, const Outcome& outcome = {});
/// Kills the processes of an app that is no longer installed, once it has no run any more (jobs.md §7.4).
void killUninstalled(Turn& turn, const AppId& app);
/// The past run of a job that ends, or is tried again, after `run`; null: without one.
PastRun pastRunOf(const Tracked& tracked, const Run* run, const Ending& ending, Outcome outcome, WallTime now);
/// Writes it down in the log (jobs.md §9.4).
void log(Turn& turn, const JobKey& key, PastRun past);
/// Remembers that the job has ended, with a run or without one: in the log, and in its app's history.
void remember(Turn& turn, const Job& job, PastRun past);

} // namespace stint
