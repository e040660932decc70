// The runs of jobs, each with the one timer it has (jobs.md §4.5), and what happens to them from their slot to their
// end.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/time/optional_time.hpp"
#include "contract/model/content_changes.hpp"
#include "contract/model/event.hpp"
#include "contract/model/gate_key.hpp"
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
    ReadSet reads = 0;              ///< what those gates read that may stop it
    OptionalTime<Instant> deadline; ///< of its job
    bool unasked = true;            ///< it, or its app, is new since its gates were asked last
    bool pastGuarantee = false;     ///< as they were asked
    bool stopTraced = false;
    std::optional<WallTime> heldSince; ///< its guard holds it (jobs.md §14.5)
    bool owesQuota = false;            ///< its guarantee holds a stop for quota off (jobs.md §4.5 clause 1)
    std::string stopText;              ///< why it is being stopped, where the reason alone does not say that
    ContentChanges content;            ///< that came while it runs: for its retry, or the next job of this id
};

class Runs {
public:
    /// The next run has this number: no run of a daemon before this one has. There is none yet.
    void startFrom(std::uint64_t number);
    /// A new one, of which only the number is set.
    Running& add() { return add(RunId{next_++}); }
    /// One that a core before this one has begun.
    Running& add(RunId run);
    /// It is over.
    Running take(RunId run);

    /// nullptr: it is over, or never was.
    Running* find(RunId run);
    const Running* find(RunId run) const;
    /// One that is known to be there.
    Running& at(RunId run);
    const Running& at(RunId run) const;
    /// In the order in which they began.
    auto begin() { return runs_.begin(); }
    auto end() { return runs_.end(); }
    auto begin() const { return runs_.begin(); }
    auto end() const { return runs_.end(); }
    std::size_t size() const { return runs_.size(); }
    bool empty() const { return runs_.empty(); }
    bool anyOf(const AppId& app) const;
    /// Those of guards (jobs.md §14.5), which take no slot.
    void addGuard(RunId run);
    const std::set<RunId>& guards() const { return guards_; }
    std::size_t inSlots() const { return runs_.size() - guards_.size(); }

    void setTimer(Run& run, Instant when);
    /// The first whose timer has run out; nullptr: there is none.
    Running* due(Instant now);
    std::optional<Instant> next() const;

    /// It ended badly: its app may not know it yet, and is not told off for its callbacks until then (jobs.md §4.2).
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
    std::map<RunId, Late> late_;
    std::uint64_t next_ = 1;
};

// While it runs (running.cpp).

/// What gates read of a run.
RunFacts factsOf(const Running& running, Instant now);
void startRun(Turn& turn, Tracked& tracked, WorkType type);
/// One that has begun under a core before this one goes on. Its app is announced later, so that nothing is asked of its
/// gates now.
void goOn(Turn& turn, Tracked& tracked, const GoingOn& begun);
/// Asks the app to stop, or remembers it while it cannot be asked yet (jobs.md §4.3). The first reason stands.
void beginStop(Turn& turn, Running& running, Ending ending);
/// Stops what runs behind a gate that has shut; tells the others of a network that is another now.
void stopShut(Turn& turn);
/// At the end of a turn: what it has changed of their apps after that, their gates are asked about in the next one.
void noteUnasked(Turn& turn);
void runTimers(Turn& turn);
/// Of all runs; while the machine sleeps they stand still (limits.md §13).
std::optional<Instant> nextRunTimer(const State& state);
/// True where it lies outside of free time for the first time.
bool noteFreeTime(Turn& turn, Running& running);
/// Its terms are others than it was bound with.
void tellTerms(Turn& turn, const Run& run);
/// Its own run; a job that waits for the end of the one it replaced has none.
const Running* ownRun(const State& state, const Tracked& tracked);
/// What a run says of one item of its work; of one that it is not working on, nothing (jobs.md §4.7; work.cpp).
void updateItem(Turn& turn, Running& running, const BytesUpdated& event);

// Its end (closing.cpp).

void close(Turn& turn, RunId run, End end, const Outcome& outcome = {});
/// jobs.md §7.4: the processes of an app that is no longer installed, once its runs have been told to stop.
void killUninstalled(Turn& turn, const AppId& app);
/// Of a job that ends, or is tried again, after `run`; null: without one.
PastRun pastRunOf(const Tracked& tracked, const Run* run, const Ending& ending, Outcome outcome, WallTime now);
/// Writes it down in the log (jobs.md §9.4).
void log(Turn& turn, const JobKey& key, PastRun past);
/// The job ends with that run, or without one: in the log, and in its app's history.
void remember(Turn& turn, const Job& job, PastRun past);

} // namespace stint
