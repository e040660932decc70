// The reasons that kept a job waiting, as they changed (jobs.md §9.2).
#pragma once
#include <cstdint>
#include <vector>

#include "base/result/check.hpp"
#include "contract/model/job.hpp"

namespace stint {

/// A set of reasons, without an order of their own.
class ReasonSet {
public:
    void add(PendingReason reason) { bits_ |= bit(reason); }
    void remove(PendingReason reason) { bits_ &= ~bit(reason); }
    bool empty() const { return bits_ == 0; }
    /// The reasons, in the order in which they are listed (jobs.md §9.1).
    std::vector<PendingReason> told() const;
    bool operator==(const ReasonSet&) const = default;

private:
    static std::uint32_t bit(PendingReason reason) { return std::uint32_t{1} << static_cast<std::uint32_t>(reason); }

    std::uint32_t bits_ = 0; ///< by the documentation's numbers, 1 to 16
};

/// The last ten changes of the reasons that kept a job waiting (jobs.md §9.2), in little room, since a million jobs may
/// sleep with a history each.
class History {
public:
    struct Entry {
        WallTime when;
        ReasonSet reasons;
    };

    /// Adds an entry if its reasons are new. No reasons: the job waits for nothing but its app.
    void note(WallTime when, ReasonSet reasons);
    bool empty() const { return entries_.empty(); }
    std::size_t size() const { return entries_.size(); }
    /// The entry of this number; the oldest has 0.
    const Entry& entry(std::size_t number) const {
        STINT_CHECK(number < entries_.size());
        return entries_[(oldest_ + number) % entries_.size()];
    }
    /// True if there was ever a reason other than its app.
    bool hasWaited() const;
    std::vector<HistoryEntry> told() const;
    void clear() { *this = {}; }

private:
    std::vector<Entry> entries_; ///< once it is full, the oldest gives its place to the newest
    std::size_t oldest_ = 0;
};

struct Tracked;

/// The job's history: by its own clocks, and by its group since it joined that (jobs.md §9.2).
History historyOf(const Tracked& tracked);

} // namespace stint
