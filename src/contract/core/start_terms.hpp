// Terms of a start: other jobs that must end first, times of the wall clock and of calendars, and conditions that
// change while a job is there (jobs.md §14.1, §14.4).
#pragma once
#include <map>
#include <set>

#include "contract/model/event.hpp"
#include "contract/model/job.hpp"
#include "stint/result.hpp"

namespace stint {

struct Schedule;
struct State;
struct Turn;

/// The jobs that wait for others to end.
class Succession {
public:
    /// Has the job wait for the others that its terms name.
    void add(const Job& job);
    void erase(const Job& job);
    /// The jobs that wait for this one.
    std::set<JobKey> waitingFor(const JobKey& key) const;
    /// All jobs that others wait for.
    std::set<JobKey> awaited() const;

private:
    std::map<JobKey, std::set<JobKey>> successors_;
};

/// Jobs that are scheduled in one call: each may wait for any other (jobs.md §2.7).
struct Together {
    std::map<JobKey, StartTerms> terms; ///< empty for a job that is scheduled alone
    std::set<JobKey> sound;             ///< jobs found not to wait for themselves, through however many others
};

/// The terms of a new job of that key, without the others that have already ended as it waits for; an error where one
/// cannot be waited for.
Result<StartTerms> checkedSuccession(const Turn& turn, const Schedule& event, const JobKey& key, Together& together);
/// Tells the jobs that wait for this one that it has ended with that run, or has come to the end of a period: each may
/// start, or never will.
void tellSuccessors(Turn& turn, const Completed& run);
/// Tells jobs, after a start of the daemon, of the ends that they have missed.
void settleSuccession(Turn& turn);

struct Tracked;

/// The checked terms of a new job of that key, with the next time of their calendar; an error where one cannot be met.
Result<StartTerms> checkedTerms(const Turn& turn, const Schedule& event, const JobKey& key, Together& together);

/// The job's next time by its calendar; nullopt: it has no calendar, or no time comes.
std::optional<WallTime> nextTime(const Turn& turn, const Job& job);

/// Reckons the job's next time anew, after the wall clock or its zone was set, and has the job wait for it.
void followClock(Turn& turn, Tracked& tracked);

/// Gives a job that has waited long enough its looser conditions, if it may have them.
void loosen(Turn& turn, Tracked& tracked);
/// The instant at which to look at that; nullopt: never.
std::optional<Instant> loosensAt(const Job& job, Now now);

} // namespace stint
