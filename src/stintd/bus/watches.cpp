#include "stintd/bus/watches.hpp"

#include <utility>

namespace stint {
namespace {

template <class Watchers> void dropFrom(std::map<JobKey, Watchers>& jobs, ConnectionId watcher) {
    for (auto job = jobs.begin(); job != jobs.end();) {
        job->second.erase(watcher);
        job = job->second.empty() ? jobs.erase(job) : std::next(job);
    }
}

} // namespace

void Watches::drop(ConnectionId watcher) {
    dropFrom(ofJob_, watcher);
    dropFrom(owed_, watcher);
    ofAll_.erase(watcher);
    ofNetwork_.erase(watcher);
    dropFrom(reasons_, watcher);
    news_.erase(watcher);
}

void Watches::toldReasons(ConnectionId watcher, const JobKey& job, const std::vector<PendingReason>& told) {
    const auto watched = reasons_.find(job);
    if (watched == reasons_.end()) return;
    watched->second.insert_or_assign(watcher, told);
    if (told.front() == PENDING_JOB_REASON_INVALID_JOB_ID) reasons_.erase(watched);
}

void Watches::changed(const JobKey& job) {
    progressed_.erase(job);
    mayDiffer_ = mayDiffer_ || reasons_.contains(job);
    const auto watched = ofJob_.find(job);
    if (watched == ofJob_.end() && ofAll_.empty()) return;
    std::set<ConnectionId>& owed = owed_[job];
    owed.insert(ofAll_.begin(), ofAll_.end());
    if (watched != ofJob_.end()) owed.insert(watched->second.begin(), watched->second.end());
}

void Watches::progressed(const JobKey& job) {
    if (ofJob_.contains(job) || !ofAll_.empty()) progressed_.insert(job);
}

void Watches::tellProgress(Instant now) {
    if (progressed_.empty() || now < open_) return;
    open_ = now + pause;
    for (const JobKey& job : std::exchange(progressed_, {}))
        changed(job);
}

std::optional<Instant> Watches::tellsAt() const { return progressed_.empty() ? std::nullopt : std::optional(open_); }

void Watches::announced(const JobKey& job, const std::vector<ConnectionId>& watchers, bool ended) {
    const auto owed = owed_.find(job);
    const auto watched = ofJob_.find(job);
    for (const ConnectionId watcher : watchers) {
        if (owed != owed_.end()) owed->second.erase(watcher);
        if (ended && watched != ofJob_.end()) watched->second.erase(watcher);
    }
    if (owed != owed_.end() && owed->second.empty()) owed_.erase(owed);
    if (watched != ofJob_.end() && watched->second.empty()) ofJob_.erase(watched);
}

void Watches::awaitNews(ConnectionId watcher, Topics lists) {
    News& news = news_[watcher];
    news = {.lists = lists, .owed = news.owed & lists, .asked = true};
}

void Watches::changed(Topics topics) {
    const Topics sayWhy = Topic::Jobs | Topic::Device | Topic::Apps;
    mayDiffer_ = mayDiffer_ || !(topics & sayWhy).none();
    for (auto& [watcher, news] : news_)
        news.owed |= topics & news.lists;
}

std::map<ConnectionId, Topics> Watches::takeNews() {
    std::map<ConnectionId, Topics> announced;
    for (auto& [watcher, news] : news_) {
        if (!news.asked || news.owed.none()) continue;
        news.asked = false;
        announced.emplace(watcher, std::exchange(news.owed, {}));
    }
    return announced;
}

} // namespace stint
