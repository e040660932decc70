// What would become of a job if something were otherwise (jobs.md §9.6): a copy of the core is told so, and then what
// follows by itself. Apps behave there as well as they can: they connect, run, stop when they are asked to, and end
// when their bytes are moved. What the copy writes down and asks for is nobody's business.
#pragma once
#include <map>
#include <optional>

#include "contract/core/scheduler.hpp"
#include "contract/model/what_if.hpp"

namespace stint {

class Imagined {
public:
    /// `core` is a copy of one in the midst of its work.
    Imagined(Scheduler& core, Now now) : core_(core), begin_(now), now_(now) {}

    /// A run that was under way when the copy was made, as far as it had come.
    void goesOn(const Run& run);
    /// And all that follows from it at this instant.
    void tell(const Event& event);
    /// Until the job starts; nothing more happens, or too much has.
    void until(const JobKey& job);

    Now now() const { return now_; }
    /// When that job began to run there.
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

/// How long what is left of these bytes takes on this network; nullopt: nobody knows.
std::optional<Duration> timeLeft(Bytes estimatedDown, Bytes estimatedUp, const Moved& moved,
                                 const std::optional<Network>& network);
/// The same of a run: at the rate it has had so far, once it has moved bytes for a while.
std::optional<Duration> timeLeft(const Run& run, Instant now);

} // namespace stint
