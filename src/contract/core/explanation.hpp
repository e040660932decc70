// The explanation: everything that keeps a job from running, from the very verdicts that the decision is made by
// (jobs.md §9.1), and the time of its start that follows from it.
#pragma once
#include "contract/core/slot_holding.hpp"
#include "contract/rules/obstacle.hpp"
#include "contract/rules/own_clocks.hpp"

namespace stint {

/// How much is explained: words, and a look at the days to come, take longer than the verdicts that they are about.
enum class Words : std::uint8_t { All, ReasonsOnly };

/// Explains any number of jobs, as of one moment.
class Explanation {
public:
    Explanation(const State& state, Now now, Words words = Words::All);

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
    Words words_;
    World world_;
    std::optional<Foresight> foresight_; ///< reckoned when it is first needed, as is slots_
    std::optional<SlotHolding> slots_;
};

/// The facts that the job's own clocks read.
OwnTimes ownTimesOf(const State& state, const Tracked& tracked, Now now);

} // namespace stint
