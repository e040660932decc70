// The explanation: everything that keeps a job from running, from the very verdicts that the decision is made by, and
// by those that hold the slots (jobs.md §9.1); and the time of its start that follows from it.
#pragma once
#include "contract/core/state.hpp"
#include "contract/rules/obstacle.hpp"

namespace stint {

/// The runs and jobs that hold the slots at one moment: the evidence that a ready job has found none (jobs.md §3.6,
/// §9.1). It is reckoned from what runs and what waits, not by the pass that hands slots out (queue.cpp), so that
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

/// How much is explained: words, and a look at the days to come, take longer than the verdicts that they are about.
enum class Detail : std::uint8_t { All, ReasonsOnly };

/// Explains any number of jobs, as of one moment.
class Explanation {
public:
    Explanation(const State& state, Now now, Detail detail = Detail::All);

    /// The job's obstacles; empty exactly where it runs, not held by its guard, or may start.
    std::vector<Obstacle> of(const Tracked& tracked);
    /// The time of its start, if nothing else happens; nullopt: it waits for more than time.
    std::optional<WallTime> forecast(const Tracked& tracked, const std::vector<Obstacle>& obstacles);

private:
    template <class Row>
    Blocker blockerOf(const Tracked& tracked, const Row& row, PendingReason reason, WallTime since) const;
    std::vector<Obstacle> heldByGuard(const Tracked& tracked, const Running& running) const;
    Context contextOf(const GateKey& gateKey) const;
    const Foresight& foresight();
    const SlotHolding& slots();

    void addGates(const Tracked& tracked, const Context& context, std::vector<Obstacle>& obstacles);
    void addOwnClocks(const Tracked& tracked, std::vector<Obstacle>& obstacles) const;
    void addAwaited(const Tracked& tracked, const Context& context, std::vector<Obstacle>& obstacles) const;
    void addTurn(const Tracked& tracked, std::vector<Obstacle>& obstacles);

    const State& state_;
    Now now_;
    Detail detail_;
    World world_;
    std::optional<Foresight> foresight_; ///< reckoned when it is first needed, as is slots_
    std::optional<SlotHolding> slots_;
};

/// The facts that the job's own clocks read.
OwnTimes ownTimesOf(const State& state, const Tracked& tracked, Now now);

} // namespace stint
