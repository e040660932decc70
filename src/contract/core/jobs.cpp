#include "contract/core/jobs.hpp"

#include <algorithm>
#include <ranges>

#include "base/result/containers.hpp"
#include "base/result/errors.hpp"
#include "contract/core/state.hpp"

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

Tracked* Jobs::find(const JobKey& key) { return const_cast<Tracked*>(std::as_const(*this).find(key)); }

const Tracked* Jobs::find(const JobKey& key) const {
    const auto found = set_.find(key);
    return found == set_.end() ? nullptr : found->get();
}

Tracked& Jobs::at(const JobKey& key) { return const_cast<Tracked&>(std::as_const(*this).at(key)); }

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

void Jobs::noteSequence(std::int64_t sequence) { sequence_ = std::max(sequence_, sequence + 1); }

namespace {

/// Numbers above it are an app's own or of a damaged store, and do not use up those that people type.
constexpr std::int32_t mostGiven = 1'000'000'000;

} // namespace

void JobNumbers::note(const JobKey& key) {
    if (key.id.value > mostGiven) return;
    std::int32_t& highest = highest_[key.app];
    highest = std::max(highest, key.id.value);
}

JobId JobNumbers::next(const State& state, const AppId& app, const std::string& space, JobId other) const {
    const auto isBuiltIn = [&state](const AppId& id) {
        const App* const known = state.app(id);
        return known && known->manifest.builtIn;
    };
    const bool shared = isBuiltIn(app);
    std::int32_t number = other.value;
    for (const auto& [owner, highest] : highest_)
        if (owner == app || (shared && isBuiltIn(owner))) number = std::max(number, highest);
    do {
        ++number;
    } while (state.jobs.contains({app, space, JobId{number}}));
    return JobId{number};
}

void Endings::add(Completed completed, std::int64_t most) {
    STINT_CHECK(most >= 0); // below it nothing could be forgotten
    auto& ofApp = byApp_[completed.key.app];
    ofApp.push_back(std::move(completed));
    while (std::ssize(ofApp) > most)
        ofApp.pop_front();
}

const Completed* Endings::newest(const JobKey& key) const {
    const auto* const ofApp = findIn(byApp_, key.app);
    if (!ofApp) return nullptr;
    const auto newestFirst = std::views::reverse(*ofApp);
    const auto found = std::ranges::find(newestFirst, key, &Completed::key);
    return found == newestFirst.end() ? nullptr : &*found;
}

void Endings::erase(const JobKey& key) {
    if (auto* const ofApp = findIn(byApp_, key.app))
        std::erase_if(*ofApp, [&key](const Completed& ended) { return ended.key == key; });
}

Error notTracked(const State& state, const JobKey& key) {
    if (state.endings.newest(key)) return fail(Errc::ILLEGAL_STATE, "{} has ended", textOf(key));
    return fail(Errc::ILLEGAL_ARGUMENT, "no job {}", textOf(key));
}

} // namespace stint
