// What all jobs watch together (jobs.md §3.2): counted as jobs come and go, so that the edge that does the watching
// need not ask every job.
#include "core/state.hpp"

namespace stint {

void countWatched(State& state, const AppId& app, const JobInfo& info) {
    for (const auto& target : info.getTriggerContentUris())
        if (++state.watched[{app, target}] == 1) ++state.watchedVersion;
}

void uncountWatched(State& state, const AppId& app, const JobInfo& info) {
    for (const auto& target : info.getTriggerContentUris()) {
        const auto count = state.watched.find({app, target});
        if (count == state.watched.end() || --count->second > 0) continue;
        state.watched.erase(count);
        ++state.watchedVersion;
    }
}

std::vector<WatchedContent> Scheduler::watched() const {
    std::vector<WatchedContent> all;
    for (const auto& [watched, jobs] : impl_->state.watched)
        all.push_back(watched);
    return all;
}

std::uint64_t Scheduler::watchedVersion() const { return impl_->state.watchedVersion; }

} // namespace stint
