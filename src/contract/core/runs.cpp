#include "contract/core/runs.hpp"

#include <algorithm>

#include "base/result/check.hpp"
#include "base/result/find_in.hpp"

namespace stint {

Running& Runs::add(RunId run) {
    Running& running = runs_[run];
    next_ = std::max(next_, run.value + 1);
    running.run.id = run;
    return running;
}

Running Runs::take(RunId run) {
    auto node = runs_.extract(run);
    STINT_CHECK(!node.empty());
    Running running = std::move(node.mapped());
    timers_.erase({running.run.timer, run});
    guards_.erase(run);
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

void Runs::setTimer(Run& run, Instant when) {
    timers_.erase({run.timer, run.id});
    run.timer = when;
    timers_.emplace(when, run.id);
}

Running* Runs::due(Instant now) {
    if (timers_.empty() || timers_.begin()->first > now) return nullptr;
    return &at(timers_.begin()->second);
}

std::optional<Instant> Runs::next() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first;
}

void Runs::noteLate(const Run& run, Instant now, Instant until) {
    std::erase_if(late_, [&](const auto& entry) { return entry.second.until <= now; });
    late_[run.id] = {run.key.app, until};
}

bool Runs::isLate(const AppId& app, RunId run, Instant now) const {
    const Late* const late = findIn(late_, run);
    return late && late->app == app && now < late->until;
}

} // namespace stint
