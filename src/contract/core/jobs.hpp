// All tracked jobs by key, and what each app holds by them; the numbers for new ones (jobs.md §2.1); and the last few
// that have ended.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <ranges>
#include <string>
#include <utility>

#include <absl/container/btree_set.h>

#include "contract/core/tracked.hpp"
#include "contract/model/job.hpp"
#include "contract/model/record.hpp"
#include "contract/rules/holdings.hpp"
#include "stint/result.hpp"

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
    std::int64_t nextSequence() { return sequence_++; }
    /// Notes that this place is taken.
    void noteSequence(std::int64_t sequence);

private:
    absl::btree_set<Owned, ByKey> set_;
    std::map<AppId, Holdings> held_; ///< the apps that have jobs
    std::int64_t sequence_ = 1;
};

struct State;

/// Numbers for jobs that are to have a new one. The built-in apps share one series, so that a person's download, upload
/// and command never have the same; and no number is given again while anything that is kept names it (jobs.md §2.1).
class JobNumbers {
public:
    /// Notes that a job has that key, or had it.
    void note(const JobKey& key);
    /// A number above all that are noted of the app, or of all built-in ones where it is such, and above `other`.
    JobId next(const State& state, const AppId& app, const std::string& space, JobId other) const;

private:
    std::map<AppId, std::int32_t> highest_;
};

/// The last few jobs of each app that have ended.
class Endings {
public:
    /// Adds a job that has ended, and forgets the oldest beyond `most` of its app.
    void add(Completed completed, std::int64_t most);
    /// The newest job of this key that has ended; nullptr: there is none.
    const Completed* newest(const JobKey& key) const;
    /// By app, the newest last.
    const std::map<AppId, std::deque<Completed>>& byApp() const { return byApp_; }
    void erase(const AppId& app) { byApp_.erase(app); }
    /// Forgets all of this key.
    void erase(const JobKey& key);

private:
    std::map<AppId, std::deque<Completed>> byApp_;
};

/// The error for a job that is not tracked: it has ended, or is unknown.
Error notTracked(const State& state, const JobKey& key);

} // namespace stint
