#include "contract/core/runs.hpp"

#include <algorithm>

#include "base/result/check.hpp"
#include "base/result/find_in.hpp"

namespace stint {

void Runs::startFrom(std::uint64_t number) {
    STINT_CHECK(runs_.empty());
    next_ = number;
}

Running& Runs::add(RunId run) {
    STINT_CHECK(run); // 0 means that there is none
    const auto [entry, isNew] = runs_.try_emplace(run);
    STINT_CHECK(isNew); // a number is never used twice
    next_ = std::max(next_, run.value + 1);
    Running& running = entry->second;
    running.run.id = run;
    return running;
}

// Checks that there are as many timers as runs, and not more guards.
void Runs::checkSizes() const {
    STINT_CHECK(timers_.size() == runs_.size());
    STINT_CHECK(guards_.size() <= runs_.size());
}

Running Runs::take(RunId run) {
    auto node = runs_.extract(run);
    STINT_CHECK(!node.empty());
    Running running = std::move(node.mapped());
    STINT_CHECK(timers_.erase({running.run.timer, run}) == 1);
    guards_.erase(run);
    checkSizes();
    return running;
}

Running* Runs::find(RunId run) { return findIn(runs_, run); }
const Running* Runs::find(RunId run) const { return findIn(runs_, run); }

Running& Runs::at(RunId run) {
    Running* const found = find(run);
    STINT_CHECK(found);
    return *found;
}

const Running& Runs::at(RunId run) const {
    const Running* const found = find(run);
    STINT_CHECK(found);
    return *found;
}

bool Runs::anyOf(const AppId& app) const {
    return std::ranges::any_of(runs_, [&](const auto& entry) { return entry.second.run.key.app == app; });
}

void Runs::addGuard(RunId run) {
    STINT_CHECK(runs_.contains(run));
    STINT_CHECK(guards_.insert(run).second);
}

void Runs::setTimer(Run& run, Instant when) {
    timers_.erase({run.timer, run.id});
    run.timer = when;
    STINT_CHECK(timers_.emplace(when, run.id).second);
    STINT_CHECK(timers_.size() <= runs_.size()); // one for each, none for what is over
}

Running* Runs::due(Instant now) {
    if (timers_.empty() || timers_.begin()->first > now) return nullptr;
    Running& running = at(timers_.begin()->second);
    STINT_CHECK(running.run.timer == timers_.begin()->first);
    return &running;
}

std::optional<Instant> Runs::next() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first;
}

void Runs::noteLate(const Run& run, Instant now, Instant until) {
    STINT_CHECK(!runs_.contains(run.id)); // it is over
    std::erase_if(late_, [&](const auto& entry) { return entry.second.until <= now; });
    late_[run.id] = {run.key.app, until};
}

bool Runs::isLate(const AppId& app, RunId run, Instant now) const {
    const Late* const late = findIn(late_, run);
    return late && late->app == app && now < late->until;
}

} // namespace stint
