// The explanation: everything that keeps a job from running, from the very verdicts the decision is made by (jobs.md
// §9.1), and what follows from it for the time of its start.
#pragma once
#include "contract/core/slot_holding.hpp"
#include "contract/rules/obstacle.hpp"
#include "contract/rules/own_clocks.hpp"

namespace stint {

/// Whether somebody reads it: words, and a look at the days to come, take longer than the verdicts that they are about.
enum class Words : std::uint8_t { All, ReasonsOnly };

/// Of any number of jobs, as of one moment.
class Explanation {
public:
    Explanation(const State& state, Now now, Words words = Words::All);

    /// Empty exactly where the job runs, or may.
    std::vector<Obstacle> of(const Tracked& tracked);
    /// The time of its start, where nothing disturbs it; nullopt: it waits for more than time.
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
    std::optional<Foresight> foresight_; ///< reckoned when it is first asked for, as the next
    std::optional<SlotHolding> slots_;
};

/// What its own clocks read.
OwnTimes ownTimesOf(const State& state, const Tracked& tracked, Now now);

} // namespace stint
