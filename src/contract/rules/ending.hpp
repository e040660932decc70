// The end of a run, and its meaning for the job: tried again or not, what it counts as, and how long the job rests
// before the next try (jobs.md §4.2, §6.1 to §6.3, §6.6); and the record of a run that is over: what is kept of it
// (jobs.md §9.4), and how it is put in words.
#pragma once
#include <optional>
#include <string>

#include "base/time/time.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/job.hpp"

namespace stint {

/// The attempts that count: failures + floor(system stops / job.system_stop_to_failure_ratio).
std::int64_t attempts(std::int32_t failures, std::int32_t systemStops, const Constants& constants);

/// The delay from the end of the last run; 0: eligible at once. `aggressive`: exponential, whatever was asked (jobs.md
/// §6.4).
Duration backoffDelay(const JobInfo& info, std::int64_t attempts, bool aggressive, const Constants& constants);

/// The way in which a run came to its end.
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

/// The ending that the run is recorded with: what `end` itself means, else the one that it was `given`.
Ending endingOf(End end, const std::optional<Ending>& given);

/// True if the job is to be tried again.
bool retries(End end, JobClass ranAs);

/// The job to be tried again after a run that ended in this way at `now`: counters, back-off, demotion, a new place in
/// the queue. `job.cumulative` has that run already.
Job retried(Job job, End end, Ending ending, Now now, const Constants& constants);

/// The periodic job set for its next window, after a run that is not tried again (jobs.md §6.5).
Job nextPeriod(Job job, Now now, const Constants& constants);
/// The same for a job that goes by a calendar; the caller sets its next time (jobs.md §14.1).
Job afterItsTime(Job job, Now now);

/// True for a stored job that runs, if the daemon recorded the run's end before its own orderly one. Else the run died
/// with the daemon.
bool endWasTold(const Job& job);
/// Forgets what is kept while a run goes on: none of its job does any more.
void forgetRun(JobDetails& details);
/// The job that a former daemon of this boot left running: its connection was lost (jobs.md §12.5), which counts as
/// nothing if that daemon ended in order (§6.3).
Job afterLostDaemon(Job job, Now now, const Constants& constants);

/// True if the run did what it was to do.
bool succeeded(const PastRun& run);

/// The number of runs of its job that have been stopped because their time was up, since one ended by itself: `before`,
/// and the run with this ending.
std::int32_t timeoutsAfter(std::int32_t before, const Ending& ending);

/// True if the next run of its job goes on with what this one has moved: there was one, and it did not do all.
bool goesOnFrom(const PastRun& last);
/// A run that reported no bytes has what the one before it came to (jobs.md §4.7).
void goOnFrom(PastRun& past, const PastRun& last);
/// Sets what the runs of its job have moved together, `past` being `run`, and `last` the one before.
void countTogether(PastRun& past, const PastRun& last, const Run& run);

/// The run's ending on one line: its app's own words, else the reason why it was stopped.
std::string endingText(const PastRun& run);

/// The job that ends with that run, as its app's history keeps it; of its extras only what a transfer moves.
Completed completedBy(const Job& job, PastRun run);

} // namespace stint
