// The tracked jobs, by key. Each stays where it is; what is found of several holds until one is added or erased.
#pragma once
#include <memory>
#include <ranges>

#include <absl/container/btree_set.h>

#include "base/check.hpp"
#include "core/tracked.hpp"

namespace stint {

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
    /// nullptr: there is none.
    Tracked* find(const JobKey& key) {
        const auto found = set_.find(key);
        return found == set_.end() ? nullptr : found->get();
    }
    const Tracked* find(const JobKey& key) const {
        const auto found = set_.find(key);
        return found == set_.end() ? nullptr : found->get();
    }
    /// One that is known to be there.
    Tracked& at(const JobKey& key) { return *known(find(key)); }
    const Tracked& at(const JobKey& key) const { return *known(find(key)); }
    bool contains(const JobKey& key) const { return set_.contains(key); }
    std::size_t size() const { return set_.size(); }

    /// Its key, which no other has, never changes.
    Tracked& add(Tracked tracked) { return **set_.insert(std::make_unique<Tracked>(std::move(tracked))).first; }
    void erase(const Tracked& tracked) { set_.erase(set_.find(tracked.job.key)); }

    /// All, in the order of their keys.
    auto all() { return set_ | std::views::transform(open); }
    auto all() const { return set_ | std::views::transform(look); }
    /// From the first on that is not before `key`.
    auto from(const JobKey& key) const {
        return std::ranges::subrange(set_.lower_bound(key), set_.end()) | std::views::transform(look);
    }
    /// Those after `key`.
    auto after(const JobKey& key) const {
        return std::ranges::subrange(set_.upper_bound(key), set_.end()) | std::views::transform(look);
    }

private:
    template <class Found> static Found* known(Found* found) {
        STINT_CHECK(found);
        return found;
    }

    absl::btree_set<Owned, ByKey> set_;
};

} // namespace stint
