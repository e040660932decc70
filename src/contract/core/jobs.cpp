#include "contract/core/jobs.hpp"

#include <algorithm>

#include "base/result/check.hpp"
#include "base/result/find_in.hpp"

namespace stint {
namespace {

// Checks that nothing held is negative: all that is taken away had been added before.
void checkHeld(const Holdings& held) {
    STINT_CHECK(held.jobs >= 0);
    STINT_CHECK(held.bytes >= 0);
    STINT_CHECK(held.descriptors >= 0);
}

} // namespace

Jobs::Jobs(const Jobs& other) : held_(other.held_), sequence_(other.sequence_) {
    for (const Tracked& theirs : other.all()) {
        Tracked& mine = **set_.insert(set_.end(), std::make_unique<Tracked>(theirs));
        mine.clock = {};
        mine.group = nullptr;
    }
}

Tracked* Jobs::find(const JobKey& key) {
    const auto found = set_.find(key);
    return found == set_.end() ? nullptr : found->get();
}

const Tracked* Jobs::find(const JobKey& key) const {
    const auto found = set_.find(key);
    return found == set_.end() ? nullptr : found->get();
}

Tracked& Jobs::at(const JobKey& key) {
    Tracked* const found = find(key);
    STINT_CHECK(found);
    return *found;
}

const Tracked& Jobs::at(const JobKey& key) const {
    const Tracked* const found = find(key);
    STINT_CHECK(found);
    return *found;
}

Tracked& Jobs::add(Tracked tracked) {
    STINT_CHECK(!tracked.group); // or the group would know it by another place in memory
    STINT_CHECK(!tracked.clock);
    const auto [place, isNew] = set_.insert(std::make_unique<Tracked>(std::move(tracked)));
    STINT_CHECK(isNew);
    return **place;
}

void Jobs::erase(const Tracked& tracked) {
    STINT_CHECK(!tracked.group); // or the group would keep a job that is gone
    STINT_CHECK(!tracked.clock);
    const JobKey key = tracked.job.key;
    const auto place = set_.find(key);
    STINT_CHECK(place != set_.end());
    STINT_CHECK(place->get() == &tracked);
    release(key.app, holdingsOf(tracked.job));
    if (held_.at(key.app).jobs == 0) held_.erase(key.app);
    set_.erase(place);
}

void Jobs::hold(const AppId& app, const Holdings& more) { held_[app] += more; }

void Jobs::release(const AppId& app, const Holdings& less) {
    const auto held = held_.find(app);
    STINT_CHECK(held != held_.end());
    held->second -= less;
    checkHeld(held->second);
}

Holdings Jobs::heldBy(const AppId& app) const {
    const Holdings* const held = findIn(held_, app);
    return held ? *held : Holdings{};
}

void Jobs::noteSequence(std::uint64_t sequence) { sequence_ = std::max(sequence_, sequence + 1); }

} // namespace stint
