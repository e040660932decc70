// The engine: all decisions of the work layer (jobs.md §10), and no clock, no file, no scheduler, no thread. Events go
// in; records, to be committed first, and effects, to be performed then, come out. Each process of an app has an
// engine; the file is what they share, and the engine of the process that has it locked (store.hpp) decides.
#pragma once
#include <map>
#include <optional>

#include "base/time/time.hpp"
#include "work/engine/events.hpp"
#include "work/engine/requests.hpp"

namespace stint::work {

struct EngineSettings {
    int schedulerLimit = 20; ///< jobs handed over at once
    Session session = 1;     ///< this process
};

class Engine {
public:
    explicit Engine(EngineSettings settings) : settings_(settings) {}

    /// Takes in the file's content. Workers of this process go on.
    void load(std::vector<Request> requests, Counters counters);
    /// Takes in what another process has written since.
    void take(std::vector<Request> changed, const std::vector<UUID>& gone, Counters counters);
    /// An Error is a mistake of the caller, and has changed nothing.
    Result<Step> handle(const Event& event, Now now);

    /// `visible`: the user sees the app; then a request without constraints begins here at once, with its job behind
    /// it.
    void setVisible(bool visible) { visible_ = visible; }
    const Requests& requests() const { return requests_; }
    const Counters& counters() const { return counters_; }
    /// True if no worker is at work in this process; one that must stop still counts.
    bool isIdle() const { return live_.empty(); }
    /// The time at which Look is due by itself; nullopt: never.
    std::optional<Instant> nextDeadline() const { return handAgainAt_; }

    /// A worker at work in this process.
    struct Live {
        RunNumber run = 0;
        std::int64_t sequence = 0;        ///< Request::sequence: another one has replaced it since (REPLACE)
        std::int32_t generation = 0;      ///< Request::generation, as it began
        std::int32_t overrides = 0;       ///< Request::overrides, as it began
        std::optional<std::int32_t> job;  ///< the job in whose run it works; none: begun without one, or gone
        std::optional<std::int32_t> next; ///< a job that began while the worker had not stopped yet
        /// The job of its run, which was stopped, and which a worker in the foreground has outlasted.
        std::optional<std::int32_t> outlasted;
        bool stopped = false;
        bool foreground = false;
    };
    using Lives = std::map<UUID, Live>;
    /// The workers of this process, which no file has. If a turn is not committed, none of its effects was performed,
    /// and they are put back.
    const Lives& lives() const { return live_; }
    void putBack(Lives lives) { live_ = std::move(lives); }

private:
    // new requests (enqueue.cpp)
    Result<void> on(const Enqueue& event, Now now, Step& step);
    Result<void> on(const EnqueuePeriodic& event, Now now, Step& step);
    Result<void> on(const Update& event, Now now, Step& step);
    Result<void> admissible(const Enqueue& event) const;
    std::set<UUID> leavesOf(const std::string& name) const;
    /// The processes whose workers may still be at work on requests that were erased.
    using Claims = std::map<UUID, Session>;
    void insert(Request request, const Claims& claims, Now now);
    // runs (runs.cpp)
    Result<void> on(const JobStarted& event, Now now, Step& step);
    Result<void> on(const JobStopped& event, Now now, Step& step);
    Result<void> on(const JobWaits& event, Now now, Step& step);
    void cutOff(const UUID& id, StopReason reason, Now now, Step& step);
    Result<void> on(const WorkerEnded& event, Now now, Step& step);
    Result<void> on(const Progress& event, Now now, Step& step);
    Result<void> on(const Foregrounded& event, Now now, Step& step);
    bool start(const UUID& id, std::optional<std::int32_t> job, Now now, Step& step);
    /// True if the request that the worker was begun for has ended, or another has replaced it.
    bool isOver(const UUID& id, const Live& live) const;
    std::vector<Data> outputsFor(const Request& request) const;
    Result<std::vector<Data>> inputsOf(const Request& request) const;
    void conclude(const WorkerEnded& event, const Live& live, Now now, Step& step);
    void nextPeriod(const UUID& id, Now now);
    // ends (ends.cpp)
    Result<void> on(const Cancel& event, Now now, Step& step);
    Result<void> on(const Prune& event, Now now, Step& step);
    void finish(const UUID& id, State state, Data output, std::string why, Now now, Step& step);
    void endWithAllThatFollows(const UUID& id, State state, const std::string& why, Now now, Step& step);
    void unblockWhatFollows(const UUID& id, Now now);
    Result<void> on(const Restored& event, Now now, Step& step);
    Claims erase(const std::set<UUID>& ids, Now now, Step& step);
    void stopHere(const UUID& id, std::int32_t reason, Step& step);
    void prune(Now now, bool all);
    // the jobs at the scheduler
    Result<void> on(const NotTaken& event, Now now, Step& step);
    Result<void> on(const Reconcile& event, Now now, Step& step);
    Result<void> on(const SessionsEnded& event, Now now, Step& step);
    Result<void> on(const Look& event, Now now, Step& step);
    std::vector<const Request*> chosen(Now now) const;
    void noteCounters(std::vector<Record>& records);
    void hand(Now now, Step& step);
    void tryAllAgain();
    bool mayRunHere(const Request& request, Now now) const;
    void release(const UUID& id, Step& step);

    EngineSettings settings_;
    Requests requests_;
    Counters counters_;
    Counters saved_; ///< the file's counters; its rows may say a later sequence
    Lives live_;
    RunNumber runs_ = 0;
    bool visible_ = false;
    static constexpr Duration firstHandWait = std::chrono::seconds(5);
    std::optional<Instant> handAgainAt_; ///< set when the scheduler did not take a job
    bool takesNone_ = false;             ///< until then
    std::set<UUID> refused_;             ///< their jobs alone it does not take; until then
    Duration handWait_ = firstHandWait;  ///< the wait before the next try
};

} // namespace stint::work
