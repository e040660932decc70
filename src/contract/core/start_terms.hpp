// Terms of a start that go by the clock on the wall, and conditions that change while a job is there (jobs.md §14.1,
// §14.4).
#pragma once
#include "contract/model/event.hpp"
#include "stint/result.hpp"

namespace stint {

struct Together;
struct Tracked;
struct Turn;

/// Those of a new job of that key, with the next time of their calendar; an error where one of them cannot be met.
Result<StartTerms> checkedTerms(const Turn& turn, const Schedule& event, const JobKey& key, Together& together);

/// Its next time by its calendar; nullopt: it has none, or none comes.
std::optional<WallTime> nextTime(const Turn& turn, const Job& job);

/// The clock on the wall was set, or is another zone's: the job's next time is reckoned anew, and it waits by that.
void followClock(Turn& turn, Tracked& tracked);

/// A job that has waited for so long gets its other conditions, if it may have them.
void loosen(Turn& turn, Tracked& tracked);
/// When to look at that; nullopt: never.
std::optional<Instant> loosensAt(const Job& job, Now now);

} // namespace stint
