#include "contract/core/content.hpp"

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "contract/core/state.hpp"
#include "contract/rules/constraint.hpp"

namespace stint {

void Watched::add(const AppId& app, const JobInfo& info) {
    for (const auto& target : info.getTriggerContentUris())
        if (++jobs_[{app, target}] == 1) ++version_;
}

void Watched::remove(const AppId& app, const JobInfo& info) {
    for (const auto& target : info.getTriggerContentUris()) {
        const auto count = jobs_.find({app, target});
        STINT_CHECK(count != jobs_.end()); // all that its jobs watch was counted as they came
        STINT_CHECK(count->second > 0);
        if (--count->second > 0) continue;
        jobs_.erase(count);
        ++version_;
    }
}

std::vector<WatchedContent> Watched::all() const {
    std::vector<WatchedContent> all;
    for (const auto& [content, jobs] : jobs_)
        all.push_back(content);
    return all;
}

void Watched::setShortage(const AppId& app, const std::string& why) {
    if (why.empty()) {
        shortages_.erase(app);
    } else {
        shortages_[app] = why;
    }
}

const std::string* Watched::shortageOf(const AppId& app) const { return findIn(shortages_, app); }

// Changes of the content that jobs watch (jobs.md §3.2): collected for the run to come, and for the retry of the one
// under way; written down as they come, so that no daemon's death loses one.

namespace {

// Notes a change for a job that waits, if only for the end of the run of the one it replaced.
void wait(Turn& turn, Tracked& tracked, const std::string& path) {
    Content& content = tracked.details.edit().content.edit();
    const bool isNew = noteChange(content.changes, path, tracked.job.info, turn.now.elapsed, turn.state.constants);
    if (isNew || content.changes.ready >= content.readyWritten + contentWorthWriting) saveContent(turn, tracked);
    if (!tracked.run && !tracked.group) park(turn, tracked);
}

void collect(Turn& turn, Tracked& tracked, const std::string& path) {
    ContentChanges& collected = turn.state.runs.at(tracked.run).content.edit();
    const bool isNew = noteChange(collected, path, tracked.job.info, turn.now.elapsed, turn.state.constants);
    if (isNew && !tracked.details->content->changes.uris.contains(path)) saveContent(turn, tracked);
}

} // namespace

void apply(Turn& turn, const ContentChanged& event) {
    for (Tracked& tracked : turn.state.jobs.all()) {
        if (!watches(tracked.job.info, event.path)) continue;
        if (ownRun(turn.state, tracked)) {
            collect(turn, tracked, event.path);
        } else {
            wait(turn, tracked, event.path);
        }
    }
}

void apply(Turn& turn, const ContentShort& event) { turn.state.watched.setShortage(event.app, event.why); }

std::optional<Instant> contentReady(const Tracked& tracked) {
    const ContentChanges& changes = tracked.details->content->changes;
    if (changes.uris.empty()) return std::nullopt;
    return changes.ready;
}

void keepContent(Turn& turn, Tracked& tracked, const ContentChanges& collected) {
    ContentChanges all = together(tracked.details->content->changes, collected);
    if (all.uris.empty()) return;
    tracked.details.edit().content.edit().changes = forRetry(std::move(all), turn.now.elapsed);
    saveContent(turn, tracked);
}

ContentChanges inheritedContent(const State& state, const JobKey& key, const JobInfo& info) {
    const Tracked* old = state.jobs.find(key);
    if (!old) return {};
    // PROPOSAL: changes that a job which has not run yet was to be told of are inherited, too (Android's
    // ContentObserverController); jobs.md §3.2 speaks of those that come while one runs.
    const Running* running = ownRun(state, *old);
    return watchedBy(info, running ? *running->content : old->details->content->changes);
}

void saveContent(Turn& turn, Tracked& tracked) {
    Content& content = tracked.details.edit().content.edit();
    content.readyWritten = content.changes.ready;
    const Running* running = ownRun(turn.state, tracked);
    turn.record(SaveContent{tracked.job.key, running ? together(content.changes, *running->content) : content.changes});
}

void restoreContent(Turn& turn, Tracked& tracked, ContentChanges stored, bool ran) {
    const Instant written = stored.ready;
    if (ran) stored = forRetry(std::move(stored), turn.now.elapsed);
    tracked.details.edit().content.edit() = {std::move(stored), written};
    if (contentReady(tracked) != written) saveContent(turn, tracked);
}

} // namespace stint
