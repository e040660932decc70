// A device that lives its days over and over, on a core of its own, with the fleet's agent on it. What it has lived by
// its second cycle is what it lives in each further one.
#pragma once
#include <memory>
#include <optional>

#include "sim/foretelling/days.hpp"
#include "sim/world/world.hpp"

namespace stint::foretelling {

class Lived {
public:
    /// Begins at the first cycle's 0s. IllegalArgument: the scenario's constants contradict themselves.
    static Result<std::unique_ptr<Lived>> begin(Days days);

    sim::World& world() { return *world_; }
    const sim::World& world() const { return *world_; }
    Duration cycle() const { return days_.cycle; }
    Duration at() const { return world_->at(); }
    /// The next moment at which something happens on it by itself: of its days, or of what it runs.
    Duration next() const;
    /// Plays all that is due by then.
    void advance(Duration to);
    /// How often it was switched off.
    std::uint32_t reboots() const { return reboots_; }
    void restart(Duration offFor);

private:
    explicit Lived(Days days, Constants constants);
    Duration nextEntry() const;

    Days days_;
    std::unique_ptr<sim::World> world_;
    std::size_t entry_ = 0;
    Duration cycleStart_{0};
    std::uint32_t reboots_ = 0;
};

/// The agent's name on it.
AppId agentApp();

} // namespace stint::foretelling
