// What the end of a run means for its job: tried again or not, and what it counts as (jobs.md §4.2, §6.1, §6.3, §6.6).
#pragma once
#include <optional>

#include "base/time/time.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/job.hpp"

namespace stint {

/// How a run came to its end.
enum class End {
    Finished,         ///< onStartJob answered false, or jobFinished(false)
    FinishedForRetry, ///< jobFinished(true)
    StopRetry,        ///< onStopJob answered true
    StopDrop,         ///< onStopJob answered false
    StopSilent,       ///< onStopJob was not answered in time
    BindTimeout,
    BindRefused, ///< the service is absent, or its command cannot be started
    StartSilent, ///< onStartJob was not answered in time
    NoNotification,
    Lost,     ///< the process died or the connection was lost
    UserStop, ///< the Task Manager's Stop
    Killed,   ///< its process was killed with its whole app: force-stop
};

/// What the run is recorded with: the reason it was given, else what `end` itself means.
Ending endingOf(End end, const std::optional<Ending>& given);

/// Whether the job is to be tried again.
bool retries(End end, JobClass ranAs);

/// The job to be tried again after a run that ended so at `now`: counters, back-off, demotion, a new place in the
/// queue. `job.cumulative` holds that run already.
Job retried(Job job, End end, Ending ending, Now now, const Constants& constants);

/// The job of a period for its next window, after a run that is not tried again (jobs.md §6.5).
Job nextPeriod(Job job, Now now, const Constants& constants);
/// The same of a job that goes by a calendar; its next time is for the caller to set (jobs.md §14.1).
Job afterItsTime(Job job, Now now);

/// True of a stored job that runs where the daemon told of the run's end before its own, which was in order. Else the
/// run died with it.
bool endWasTold(const Job& job);
/// A job that a former daemon of this boot left running: its connection was lost (jobs.md §12.5), which counts as
/// nothing where that daemon ended in order (§6.3).
Job afterLostDaemon(Job job, Now now, const Constants& constants);

} // namespace stint
