// The record of a run that is over: what is kept of it (jobs.md §9.4), and how it is put in words.
#pragma once
#include <string>

#include "contract/model/job.hpp"

namespace stint {

/// True if the run did what it was to do.
bool succeeded(const PastRun& run);

/// The number of runs of its job that have been stopped because their time was up, since one ended by itself: `before`,
/// and the run with this ending.
std::int32_t timeoutsAfter(std::int32_t before, const Ending& ending);

/// The run's ending on one line: its app's own words, else the reason why it was stopped.
std::string endingText(const PastRun& run);

/// The job that ends with that run, as its app's history keeps it; of its extras only what a transfer moves.
Completed completedBy(const Job& job, PastRun run);

} // namespace stint
