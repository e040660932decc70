// One turn of the work layer: lock the file, read other processes' changes, decide, commit, act. Nothing is done or
// answered before it is durable; whatever a process that dies here leaves undone, the next reconcile() does.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "work/engine/engine.hpp"
#include "work/engine/events.hpp"
#include "work/engine/store.hpp"

namespace stint::work {

class Desk {
public:
    struct Settings {
        std::string service;
        int schedulerLimit = 20;
    };
    /// The result of an event; `refused` is the scheduler's complaint about a job, for the caller.
    struct Outcome {
        bool goesOn = false;
        UpdateResult updated = UpdateResult::NOT_APPLIED;
        std::optional<Error> refused;
        /// True if the complaint is of what the job is, so that it is never taken.
        bool isRefusedForGood() const { return refused && whyNot(*refused) == NotTaken::Why::Job; }
    };
    static NotTaken::Why whyNot(const Error& complaint) {
        const bool isOfJob = complaint.code == Errc::SECURITY || complaint.code == Errc::ILLEGAL_ARGUMENT;
        return isOfJob ? NotTaken::Why::Job : NotTaken::Why::Now;
    }

    /// Reads the file. reconcile() is due next.
    static Result<Desk> open(Store store, Settings settings, SchedulerPort& scheduler, WorkersPort& workers);

    Result<Outcome> handle(const Event& event, Now now);
    /// Compares the file with the scheduler's jobs.
    Result<void> reconcile(Now now);
    /// Reads the file again if another process has changed it. False where none has.
    Result<bool> refresh(Now now);

    void setVisible(bool visible) { engine_.setVisible(visible); }
    const Engine& engine() const { return engine_; }
    const Store& store() const { return store_; }
    /// The scheduler was away: meetDeadline() asks it again.
    bool wasAway() const { return wasAway_; }
    /// The time at which meetDeadline() is due by itself; nullopt: never.
    std::optional<Instant> nextDeadline() const;
    Result<void> meetDeadline(Now now);
    /// Gives up the file: for a process that is over.
    Store takeStore() && { return std::move(store_); }
    /// Grows with each change of the requests.
    std::uint64_t version() const { return version_; }
    std::vector<std::string> takeNotices() { return std::exchange(notices_, {}); }

private:
    Desk(Store store, Settings settings, Engine engine, SchedulerPort& scheduler, WorkersPort& workers)
        : store_(std::move(store)), settings_(std::move(settings)), engine_(std::move(engine)), scheduler_(&scheduler),
          workers_(&workers) {}
    Result<void> readAll();
    Result<void> readChanges();
    Result<std::vector<Step>> decide(std::vector<Event> events, Now now, std::optional<Error>& wrong,
                                     std::optional<Store::HandingOver>& handing);
    std::set<Session> endedSessions() const;
    std::vector<Effect> handOverAll(std::vector<Step> steps, Now now, Outcome& outcome,
                                    std::optional<Store::HandingOver>& handing);
    std::optional<NotTaken> handOver(const HandOver& what, Now now, Outcome& outcome);
    void perform(const Effect& effect, const Outcome& outcome);

    Store store_;
    Settings settings_;
    Engine engine_;
    SchedulerPort* scheduler_;
    WorkersPort* workers_;
    std::vector<std::string> notices_;
    std::uint64_t version_ = 0;
    bool wasAway_ = false;
    static constexpr Duration shortWait = std::chrono::seconds(1);
    std::optional<Instant> againAt_; ///< another process handed jobs over when the scheduler was asked
    bool lost_ = false;              ///< a turn failed: the engine's state is not the file's
};

} // namespace stint::work
