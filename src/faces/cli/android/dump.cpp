#include "faces/cli/android/dump.hpp"

#include <algorithm>
#include <iterator>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "faces/views/job_info_facts.hpp"

namespace stint::cli {
namespace {

/// A persisted job may have a hundred thousand items; the first ones suffice.
constexpr std::size_t mostWork = 100;

/// True if only a slot is missing: Android's pending queue.
bool isQueue(const Blocker& blocker) { return blocker.gate == "slots" || blocker.gate == "earlier run"; }

bool isAmong(const std::vector<Blocker>& blockers, PendingReason reason) {
    return std::ranges::any_of(blockers, [reason](const Blocker& blocker) { return blocker.reason == reason; });
}

bool knows(const std::vector<AppView>& apps, const std::string& package) {
    return std::ranges::any_of(apps, [&](const AppView& app) { return app.manifest.package.name == package; });
}

/// All that is known of a job. nullopt: it has ended while the dump is made, and is among the finished ones.
Result<std::optional<DumpedJob>> gathered(Daemon& daemon, const JobKey& key) {
    auto explanation = daemon.explain(key);
    if (!explanation.ok() && explanation.error().code == Errc::ILLEGAL_ARGUMENT) return std::optional<DumpedJob>{};
    auto [job, blockers] = STINT_TRY(std::move(explanation));
    if (job.state == JobView::State::Finished) return std::optional<DumpedJob>{};
    auto history = daemon.history(key);
    if (!history.ok() && history.error().code == Errc::ILLEGAL_ARGUMENT) return std::optional<DumpedJob>{};
    DumpedJob made{std::move(job), std::move(blockers), {}, {}};
    made.history = STINT_TRY(std::move(history));
    if (made.job.workItems == 0) return std::optional(std::move(made));
    auto work = daemon.work(key, mostWork);
    if (!work.ok() && work.error().code == Errc::ILLEGAL_ARGUMENT) return std::optional<DumpedJob>{};
    made.work = STINT_TRY(std::move(work));
    return std::optional(std::move(made));
}

} // namespace

std::vector<PendingReason> DumpedJob::unsatisfied() const {
    std::vector<PendingReason> among;
    if (job.info)
        std::ranges::copy_if(reasonsToWaitOf(*job.info), std::back_inserter(among),
                             [this](PendingReason reason) { return isAmong(blockers, reason); });
    return among;
}

std::vector<PendingReason> DumpedJob::satisfied() const {
    std::vector<PendingReason> others;
    if (job.info)
        std::ranges::copy_if(reasonsToWaitOf(*job.info), std::back_inserter(others),
                             [this](PendingReason reason) { return !isAmong(blockers, reason); });
    return others;
}

Readiness readinessOf(const DumpedJob& dumped) {
    Readiness ready;
    ready.notActive = dumped.job.state != JobView::State::Running;
    for (const auto& blocker : dumped.blockers) {
        if (isQueue(blocker))
            ready.notPending = false;
        else if (blocker.reason == PENDING_JOB_REASON_USER)
            ready.user = false;
        else if (blocker.reason == PENDING_JOB_REASON_APP)
            ready.component = false;
        else if (blocker.reason == PENDING_JOB_REASON_DEVICE_STATE)
            ready.unrestricted = false;
        else
            ready.job = false;
    }
    return ready;
}

Result<Dump> gatherDump(Daemon& daemon, const std::optional<std::string>& package) {
    Dump made;
    made.apps = STINT_TRY(daemon.apps());
    if (package) {
        if (!knows(made.apps, *package)) return fail(Errc::ILLEGAL_STATE, "Invalid package: {}", *package);
        std::erase_if(made.apps, [&](const AppView& app) { return app.manifest.package.name != *package; });
    }
    made.scheduler = STINT_TRY(daemon.overview());
    made.device = STINT_TRY(daemon.device());
    for (const auto& job : STINT_TRY(daemon.jobs(package, false)))
        if (auto dumpedJob = STINT_TRY(gathered(daemon, job.key))) made.jobs.push_back(std::move(*dumpedJob));
    made.finished = STINT_TRY(daemon.jobs(package, true));
    return made;
}

} // namespace stint::cli
