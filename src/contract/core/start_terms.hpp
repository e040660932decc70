// Terms of a start that go by the clock on the wall, and conditions that change while a job is there (jobs.md §14.1,
// §14.4).
#pragma once
#include "contract/model/event.hpp"
#include "stint/result.hpp"

namespace stint {

struct Together;
struct Tracked;
struct Turn;

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
