#include "work/engine/engine.hpp"

#include <algorithm>

#include "base/result/check.hpp"
#include "base/result/try.hpp"

namespace stint::work {

namespace {

/// A job that takes over is handed over before the job that it replaces goes.
int performedAs(const Effect& effect) {
    constexpr int order[] = {0, 1, 2, 3, 4}; // HandOver, TakeBack, StartWorker, StopWorker, EndJob
    return order[effect.index()];
}

} // namespace

void Engine::load(std::vector<Request> requests, Counters counters) {
    requests_.load(std::move(requests));
    counters_ = counters;
    saved_ = counters;
}

Result<Step> Engine::handle(const Event& event, Now now) {
    Step step;
    STINT_TRY(std::visit([&](const auto& what) { return on(what, now, step); }, event));
    if (!std::holds_alternative<Progress>(event)) {
        prune(now, false);
        hand(now, step);
    }
    step.records = requests_.takeRecords();
    STINT_CHECK(counters_.sequence >= saved_.sequence); // a number is given only once
    STINT_CHECK(counters_.finishOrder >= saved_.finishOrder);
    if (counters_ != saved_) step.records.emplace_back(counters_);
    saved_ = counters_;
    std::stable_sort(step.effects.begin(), step.effects.end(),
                     [](const Effect& a, const Effect& b) { return performedAs(a) < performedAs(b); });
    return step;
}

} // namespace stint::work
