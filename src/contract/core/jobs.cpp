#include "contract/core/jobs.hpp"

#include <algorithm>

#include "base/result/check.hpp"
#include "base/result/find_in.hpp"

namespace stint {

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

void Jobs::erase(const Tracked& tracked) {
    const JobKey key = tracked.job.key;
    Holdings& held = held_[key.app];
    held -= holdingsOf(tracked.job);
    STINT_CHECK(held.jobs >= 0);
    if (held.jobs == 0) held_.erase(key.app);
    set_.erase(set_.find(key));
}

Holdings Jobs::heldBy(const AppId& app) const {
    const Holdings* const held = findIn(held_, app);
    return held ? *held : Holdings{};
}

void Jobs::noteSequence(std::uint64_t sequence) { sequence_ = std::max(sequence_, sequence + 1); }

} // namespace stint
