// Jobs that are set aside: kept, shown, and asked about no more, because their record, or a rule's answer about them,
// is impossible (docs/decisions/0015). A person or the app cancels one, or the app schedules it again; each start of
// the daemon looks at its record anew.
#include "base/result/check.hpp"
#include "contract/core/state.hpp"

namespace stint {

void setAside(Turn& turn, Tracked& tracked, std::string why) {
    STINT_CHECK(!tracked.run);
    STINT_CHECK(!why.empty()); // by it a job is known to be set aside
    unpark(turn.state, tracked);
    turn.changedJobs.insert(tracked.job.key.app);
    turn.step.setAside.push_back({tracked.job.key, why});
    tracked.details.edit().unfit.edit() = std::move(why);
}

void setBrokenAside(Turn& turn) {
    for (auto& [key, why] : std::exchange(turn.broken, {})) {
        Tracked* const tracked = turn.state.jobs.find(key);
        if (tracked && !tracked->run) setAside(turn, *tracked, std::move(why));
    }
}

Tracked takenAside(Job job, WallTime now) {
    Tracked tracked{.job = {.key = job.key, .info = job.info}, .joined = now};
    JobDetails& kept = tracked.job.details.edit();
    kept.label = job.details->label;
    kept.work = job.details->work;
    kept.nextWork = job.details->nextWork;
    return tracked;
}

std::vector<SetAside> Scheduler::setAside() const {
    std::vector<SetAside> found;
    for (const Tracked& tracked : impl_->state.jobs.all())
        if (isAside(tracked)) found.push_back({tracked.job.key, *tracked.details->unfit});
    return found;
}

const Job* const volatile& Scheduler::asked() const { return impl_->state.asked; }

} // namespace stint
