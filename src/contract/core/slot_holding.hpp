// The runs and jobs that hold the slots at one moment (jobs.md §3.6, §9.1).
#pragma once
#include "contract/core/state.hpp"
#include "contract/rules/in_queue.hpp"

namespace stint {

/// The runs and jobs that hold the slots at one moment: the evidence that a ready job has found none (jobs.md §3.6,
/// §9.1). It is reckoned from what runs and what waits, not by the pass that hands slots out (assignment.cpp), so that
/// a job which that pass has wrongly left out has no such evidence.
class SlotHolding {
public:
    SlotHolding(const State& state, Now now);

    /// The holders that keep this job, which is in an open group, from a slot; nullopt: it finds one.
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
