#include "contract/core/queue.hpp"

#include <algorithm>

#include "base/result/check.hpp"

namespace stint {

Queue::Queue(const Groups& groups) {
    std::size_t open = 0;
    for (const AppGroups* appGroups : groups.open())
        open += appGroups->open.size();
    cursors_.reserve(open);
    apps_.reserve(groups.open().size());
    for (const AppGroups* appGroups : groups.open()) {
        const std::size_t first = cursors_.size();
        STINT_CHECK(!appGroups->open.empty()); // or it would not be among those with open groups
        for (Group* group : appGroups->open) {
            STINT_CHECK(group->open());
            STINT_CHECK(!group->jobs.empty());
            cursors_.push_back({.group = group, .job = *group->jobs.begin()});
        }
        const std::span<Cursor> ofApp = std::span(cursors_).subspan(first);
        apps_.push_back({.cursors = ofApp, .front = frontOf(ofApp)});
    }
    STINT_CHECK(cursors_.size() == open); // it never grew, so the spans are valid
    left_ = apps_.size();                 // an open group has at least one job
}

// A priority counts inside its namespace alone (jobs.md §3.4), so this is no order to sort by: each is compared with
// the best so far.
Queue::Cursor* Queue::frontOf(std::span<Cursor> cursors) {
    Cursor* best = nullptr;
    for (Cursor& cursor : cursors) {
        if (!cursor.job) continue;
        if (!best ||
            goesBefore({*cursor.group->gateKey, placeOf(*cursor.job)}, {*best->group->gateKey, placeOf(*best->job)})) {
            best = &cursor;
        }
    }
    return best;
}

void Queue::settle(Turns& turns) {
    turns.front = frontOf(turns.cursors);
    if (turns.front) return passSkipped(turns);
    STINT_CHECK(left_ > 0);
    --left_;
}

// jobs.md §3.4: a job's adjusted time counts those before it in its app's list, also those that its app's cap keeps
// waiting. The last one of a group stands for all: those that go before it by their time alone were enqueued sooner.
void Queue::passSkipped(Turns& turns) {
    const Queued front{*turns.front->group->gateKey, placeOf(*turns.front->job)};
    for (const Cursor& cursor : turns.cursors) {
        if (!cursor.skipped || cursor.group->jobs.empty()) continue;
        const Tracked& last = **cursor.group->jobs.rbegin();
        if (goesBefore({*cursor.group->gateKey, placeOf(last)}, front))
            turns.adjusted = std::max(turns.adjusted, last.job.enqueued);
    }
}

Queue::Turns* Queue::frontApp() {
    Turns* best = nullptr;
    Place earliest;
    for (Turns& turns : apps_) {
        if (!turns.front) continue;
        const Place place = placeOf(*turns.front->job);
        const Place adjusted{std::max(place.enqueued, turns.adjusted), place.sequence};
        if (best && !(adjusted < earliest)) continue;
        best = &turns;
        earliest = adjusted;
    }
    return best;
}

std::optional<Queue::Next> Queue::next() {
    if (last_) settle(*current_);
    const bool stay = current_ && current_->front && taken_ < inARow(left_);
    if (!stay) {
        current_ = frontApp();
        taken_ = 0;
    }
    last_ = current_ ? current_->front : nullptr;
    if (!last_) return std::nullopt;
    Tracked* const handed = last_->job;
    STINT_CHECK(handed);
    STINT_CHECK(handed->group == last_->group); // only what was handed out has left its group
    current_->adjusted = std::max(current_->adjusted, handed->job.enqueued);
    ++taken_;
    const auto& jobs = last_->group->jobs;
    const auto after = jobs.upper_bound(handed);
    last_->job = after == jobs.end() ? nullptr : *after;
    return Next{last_->group, handed};
}

void Queue::skipGroup() {
    leaveOut();
    last_->skipped = true;
}

void Queue::leaveOut() {
    STINT_CHECK(last_);
    last_->job = nullptr;
}

} // namespace stint
