#include "core/jobs.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/find_in.hpp"

namespace stint {

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
    std::int32_t* const lowest = findIn(lowestFree_, std::pair{key.app, key.space.str()});
    if (lowest && key.id.value > 0) *lowest = std::min(*lowest, key.id.value);
    set_.erase(set_.find(key));
}

Holdings Jobs::heldBy(const AppId& app) const {
    const Holdings* const held = findIn(held_, app);
    return held ? *held : Holdings{};
}

JobId Jobs::smallestFree(const AppId& app, const std::string& space) {
    std::int32_t& id = lowestFree_.try_emplace({app, space}, 1).first->second;
    while (contains({app, space, JobId{id}}))
        ++id;
    return JobId{id};
}

void Jobs::noteSequence(std::uint64_t sequence) { sequence_ = std::max(sequence_, sequence + 1); }

} // namespace stint
