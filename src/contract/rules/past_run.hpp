// What is kept of a run that is over (jobs.md §9.4), and how it is put in words.
#pragma once
#include <string>

#include "contract/model/job.hpp"

namespace stint {

/// Whether it did what it was to.
bool succeeded(const PastRun& run);

/// How many runs of its job have been stopped because their time was up, since one ended by itself: `before`, with this
/// one that ended so.
std::int32_t timeoutsAfter(std::int32_t before, const Ending& ending);

/// How it ended, on one line: its app's own words, else the reason why it was stopped.
std::string endingText(const PastRun& run);

/// The job that ends with that run, as its app's history keeps it: of its extras only what a transfer moves.
Completed completedBy(const Job& job, PastRun run);

} // namespace stint
