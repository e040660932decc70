// Who has the slots at one moment: the evidence for a ready job that it has found none (jobs.md §3.6, §9.1). Reckoned
// from what runs and what waits, not by the pass that hands them out (assignment.cpp), so that a job which that pass
// has left out wrongly has no such evidence, and no excuse.
#pragma once
#include "contract/core/state.hpp"
#include "contract/rules/in_queue.hpp"

namespace stint {

class SlotHolding {
public:
    SlotHolding(const State& state, Now now);

    /// nullopt: the job, which is in an open group, finds a slot.
    std::optional<SlotHolders> against(const Tracked& tracked) const;

private:
    template <class Matches> std::optional<SlotHolders> runs(NoRoom why, Matches matches) const;
    std::optional<SlotHolders> keptOnes(WorkType type) const;
    bool isFull(const WorkTypes& may) const;
    bool capCounts(const App& owner) const;

    const State& state_;
    World world_;
    SlotTable table_;
    PerType running_;
    std::int64_t waiting_ = 0; ///< ready jobs
    Slots slots_;
};

} // namespace stint
