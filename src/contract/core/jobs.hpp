// The tracked jobs.
#pragma once
#include <map>
#include <memory>
#include <ranges>
#include <string>
#include <utility>

#include <absl/container/btree_set.h>

#include "contract/core/tracked.hpp"
#include "contract/rules/holdings.hpp"

namespace stint {

/// The tracked jobs, by key, and what each app holds by them. Each job stays where it is in memory; a range over
/// several is valid until one is added or erased.
class Jobs {
    using Owned = std::unique_ptr<Tracked>;
    struct ByKey {
        using is_transparent = void; // NOLINT(readability-identifier-naming): the standard library's word
        bool operator()(const Owned& a, const Owned& b) const { return a->job.key < b->job.key; }
        bool operator()(const Owned& a, const JobKey& b) const { return a->job.key < b; }
        bool operator()(const JobKey& a, const Owned& b) const { return a < b->job.key; }
    };
    static Tracked& open(const Owned& owned) { return *owned; }
    static const Tracked& look(const Owned& owned) { return *owned; }

public:
    Jobs() = default;
    /// For a copy of the state: none of the jobs waits anywhere yet (waitAlike()).
    Jobs(const Jobs& other);

    /// nullptr: there is none.
    Tracked* find(const JobKey& key);
    const Tracked* find(const JobKey& key) const;
    /// The job, which is known to be there.
    Tracked& at(const JobKey& key);
    const Tracked& at(const JobKey& key) const;
    bool contains(const JobKey& key) const { return set_.contains(key); }
    std::size_t size() const { return set_.size(); }

    /// Adds a job, whose key no other has and never changes. Its holdings are added by hold().
    Tracked& add(Tracked tracked);
    /// Erases a job, which waits nowhere any more, and releases its holdings.
    void erase(const Tracked& tracked);

    /// All, in the order of their keys.
    auto all() { return set_ | std::views::transform(open); }
    auto all() const { return set_ | std::views::transform(look); }
    /// The jobs from the first on that is not before `key`.
    auto from(const JobKey& key) const {
        return std::ranges::subrange(set_.lower_bound(key), set_.end()) | std::views::transform(look);
    }
    /// The jobs after `key`.
    auto after(const JobKey& key) const {
        return std::ranges::subrange(set_.upper_bound(key), set_.end()) | std::views::transform(look);
    }

    /// Adds to what the app holds by its jobs, or takes from it.
    void hold(const AppId& app, const Holdings& more);
    void release(const AppId& app, const Holdings& less);
    Holdings heldBy(const AppId& app) const;

    /// A place in the order in which jobs came, behind all others.
    std::uint64_t nextSequence() { return sequence_++; }
    /// Notes that this place is taken.
    void noteSequence(std::uint64_t sequence);

private:
    absl::btree_set<Owned, ByKey> set_;
    std::map<AppId, Holdings> held_; ///< the apps that have jobs
    std::uint64_t sequence_ = 1;
};

} // namespace stint
