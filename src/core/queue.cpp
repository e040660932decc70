#include "core/queue.hpp"

#include <algorithm>

namespace stint {

Queue::Queue(const Groups& groups) : groups_(groups) {
    for (Asks& asks : groups.open()) {
        const AppId app = asks.app;
        apps_[app].cursors.push_back({std::move(asks), std::nullopt});
    }
}

Queue::Cursor* Queue::front(Turns& turns) const {
    Cursor* best = nullptr;
    const std::pair<const Place, JobKey>* bestJob = nullptr;
    for (Cursor& cursor : turns.cursors) {
        if (cursor.done) continue;
        const auto* job = groups_.next(cursor.asks, cursor.last);
        if (!job) {
            cursor.done = true;
        } else if (!best || goesBefore({cursor.asks, job->first}, {best->asks, bestJob->first})) {
            best = &cursor;
            bestJob = job;
        }
    }
    return best;
}

Queue::Turns* Queue::frontApp() {
    Turns* best = nullptr;
    Instant earliest;
    for (auto it = apps_.begin(); it != apps_.end();) {
        const Cursor* cursor = front(it->second);
        if (!cursor) {
            if (current_ == &it->second) current_ = nullptr;
            it = apps_.erase(it);
            continue;
        }
        const Instant enqueued = groups_.next(cursor->asks, cursor->last)->first.enqueued;
        const Instant adjusted = std::max(enqueued, it->second.adjusted);
        if (!best || adjusted < earliest) {
            best = &it->second;
            earliest = adjusted;
        }
        ++it;
    }
    return best;
}

std::optional<Queue::Next> Queue::next() {
    const bool stay = current_ && taken_ < inARow(apps_.size()) && front(*current_);
    if (!stay) {
        current_ = frontApp();
        taken_ = 0;
    }
    if (!current_) return std::nullopt;
    last_ = front(*current_);
    const auto& [place, job] = *groups_.next(last_->asks, last_->last);
    current_->adjusted = std::max(current_->adjusted, place.enqueued);
    last_->last = place;
    ++taken_;
    return Next{&last_->asks, job};
}

void Queue::skipGroup() { last_->done = true; }

} // namespace stint
