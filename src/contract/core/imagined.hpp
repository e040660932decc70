// A forecast for a job, supposing that something were different (jobs.md §9.6): a copy of the core handles that event,
// and then the events that follow by themselves. Apps behave there as well as they can: they connect, run, stop when
// they are asked to, and end when their bytes are moved. The copy's records and effects stay there.
#pragma once
#include <map>
#include <optional>

#include "contract/core/scheduler.hpp"
#include "contract/model/questions.hpp"

namespace stint {

class Imagined {
public:
    /// `core` is a copy of one in the midst of its work.
    Imagined(Scheduler& core, Now now) : core_(core), begin_(now), now_(now) {}

    /// Takes up a run that was under way when the copy was made, from where it was.
    void goesOn(const Run& run);
    /// Has the copy handle the event, and all that follows from it at this instant.
    void tell(const Event& event);
    /// Goes on until the job starts, nothing more happens, or too much has.
    void until(const JobKey& job);

    Now now() const { return now_; }
    /// The time at which that job began to run there.
    std::optional<WallTime> startOf(const JobKey& job) const;

private:
    bool next();
    void settle();
    void take(const Step& step);
    void answer(Duration after, Event event) { answers_.emplace(now_.elapsed + after, std::move(event)); }
    void start(const CallStart& call);
    void kill(const AppId& app);

    Scheduler& core_;
    Now begin_;
    Now now_;
    std::multimap<Instant, Event> answers_;
    std::map<RunId, JobKey> runs_;
    std::map<JobKey, WallTime> started_;
    int events_ = 0;
};

/// The time that the rest of these bytes takes on this network; nullopt: unknown.
std::optional<Duration> timeLeft(Bytes estimatedDown, Bytes estimatedUp, const Moved& moved,
                                 const std::optional<Network>& network);
/// The same for a run: at the rate it has had so far, once it has moved bytes for a while.
std::optional<Duration> timeLeft(const Run& run, Instant now);

} // namespace stint
