// Recipe: what an app can tell its user of a job that waits.
#include <iostream>

#include <stint/standing.hpp>

#include "recipes.hpp"

namespace cookbook {

using stint::Connection;
using stint::JobId;
using stint::JobScheduler;
using stint::Result;

// code: why
Result<void> explain(Connection& connection, JobId job) {
    JobScheduler scheduler(connection);
    auto reasons = scheduler.getPendingJobReasons(job);
    if (!reasons) return reasons.error();
    for (stint::PendingReason reason : *reasons) // never empty: -1 while it runs, -2 where there is no such job
        std::cout << nameOf(reason) << "\n";     // CONSTRAINT_CHARGING
    auto history = scheduler.getPendingJobReasonsHistory(job); // the last ten changes of that, with their times
    if (history) std::cout << "it has changed " << history->size() << " times\n";
    if (auto blocked = connection.isNetworkBlocked(); blocked && *blocked) std::cout << "no network for this app now\n";
    if (auto bucket = connection.getAppStandbyBucket(); bucket && *bucket >= stint::StandbyBucket::RARE)
        std::cout << "seldom used: its jobs have ten minutes a day\n";
    return {};
}
// code: end

} // namespace cookbook
