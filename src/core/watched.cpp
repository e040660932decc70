// What all jobs watch together (jobs.md §3.2): counted as jobs come and go, so that the edge that does the watching
// need not ask every job.
#include "core/state.hpp"

namespace stint {

void countWatched(State& state, const JobInfo& info) {
    for (const auto& watched : info.getTriggerContentUris())
        if (++state.watched[watched] == 1) ++state.watchedVersion;
}

void uncountWatched(State& state, const JobInfo& info) {
    for (const auto& watched : info.getTriggerContentUris()) {
        const auto count = state.watched.find(watched);
        if (count == state.watched.end() || --count->second > 0) continue;
        state.watched.erase(count);
        ++state.watchedVersion;
    }
}

std::vector<JobInfo::TriggerContentUri> Scheduler::watched() const {
    std::vector<JobInfo::TriggerContentUri> all;
    for (const auto& [watched, jobs] : impl_->state.watched)
        all.push_back(watched);
    return all;
}

std::uint64_t Scheduler::watchedVersion() const { return impl_->state.watchedVersion; }

} // namespace stint
