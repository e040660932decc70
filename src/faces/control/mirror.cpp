#include "faces/control/mirror.hpp"

#include <utility>

#include "base/result/errors.hpp"

namespace stint::cli {

bool isAnother(const JobView& now, const JobView& before) {
    return now.scheduled != before.scheduled && now.scheduled != WallTime{} && before.scheduled != WallTime{};
}

void Mirror::begin(Topics lists) {
    lists_ = stale_ = unread_ = lists;
    reading_ = {};
    watched_.reset();
    noticed_ = listed_ = false;
}

void Mirror::follow(Topics lists) {
    stale_ = (stale_ & lists) | (lists - lists_);
    lists_ = lists;
}

bool Mirror::wantsNews() const { return watched_ != lists_ || (noticed_ && (stale_ | reading_).none()); }

void Mirror::newsAsked() {
    watched_ = lists_;
    noticed_ = false;
}

Topics Mirror::stale() const { return watched_ == lists_ ? stale_ - reading_ : Topics(); }

void Mirror::reading(Topics lists) {
    STINT_CHECK((reading_ & lists).none());
    stale_ = stale_ - lists;
    reading_ |= lists;
    if (!lists.has(Topic::Jobs)) return;
    settle();
    unnamed_.clear();
    for (const auto& [key, job] : jobs_)
        unnamed_.insert(key);
}

void Mirror::read(Topics lists) {
    reading_ = reading_ - lists;
    unread_ = unread_ - lists;
}

void Mirror::page(const std::vector<JobView>& rows, bool more) {
    STINT_CHECK(reading_.has(Topic::Jobs));
    for (const JobView& job : rows)
        take(job);
    listed_ = !more;
    if (listed_) read(Topic::Jobs);
}

void Mirror::settle() {
    if (!std::exchange(listed_, false)) return;
    for (const JobKey& key : std::exchange(unnamed_, {}))
        drop(key);
}

void Mirror::take(const JobView& job) {
    unnamed_.erase(job.key);
    const auto known = jobs_.find(job.key);
    if (known != jobs_.end() && isAnother(job, known->second)) drop(job.key);
    if (job.state == JobView::State::Finished) {
        jobs_.erase(job.key);
        return listener_(Change::Gone, job);
    }
    const auto [at, isNew] = jobs_.try_emplace(job.key, job);
    if (!isNew && at->second == job) return;
    at->second = job;
    listener_(isNew ? Change::Came : Change::Changed, job);
}

void Mirror::take(Topics changed) {
    stale_ |= changed & lists_;
    noticed_ = true;
}

/// The job's end was not reported.
void Mirror::drop(const JobKey& key) {
    auto job = jobs_.extract(key);
    if (!job) return;
    job.mapped().state = JobView::State::Finished;
    listener_(Change::Gone, job.mapped());
}

} // namespace stint::cli
