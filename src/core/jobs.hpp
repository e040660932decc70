// The tracked jobs, by key. Each lies in one piece, its key in itself, and stays where it is.
#pragma once
#include <ranges>
#include <set>

#include "core/tracked.hpp"

namespace stint {

class Jobs {
    // Of a set's element nothing may change that it is sorted by, and nothing else is its business.
    struct Entry {
        mutable Tracked tracked;
    };
    static const JobKey& keyOf(const Entry& entry) { return entry.tracked.job.key; }
    struct ByKey {
        using is_transparent = void; // NOLINT(readability-identifier-naming): the standard library's word
        bool operator()(const Entry& a, const Entry& b) const { return keyOf(a) < keyOf(b); }
        bool operator()(const Entry& a, const JobKey& b) const { return keyOf(a) < b; }
        bool operator()(const JobKey& a, const Entry& b) const { return a < keyOf(b); }
    };
    using Set = std::set<Entry, ByKey>;
    static Tracked& open(const Entry& entry) { return entry.tracked; }
    static const Tracked& look(const Entry& entry) { return entry.tracked; }

public:
    /// nullptr: there is none.
    Tracked* find(const JobKey& key) {
        const auto found = set_.find(key);
        return found == set_.end() ? nullptr : &open(*found);
    }
    const Tracked* find(const JobKey& key) const {
        const auto found = set_.find(key);
        return found == set_.end() ? nullptr : &look(*found);
    }
    /// One that is known to be there.
    Tracked& at(const JobKey& key) { return open(*set_.find(key)); }
    const Tracked& at(const JobKey& key) const { return look(*set_.find(key)); }
    bool contains(const JobKey& key) const { return set_.contains(key); }
    std::size_t size() const { return set_.size(); }

    /// Its key, which no other has, never changes.
    Tracked& add(Tracked tracked) { return open(*set_.insert(Entry{std::move(tracked)}).first); }
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
    Set set_;
};

} // namespace stint
