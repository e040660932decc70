// The ready jobs that find no slot, against the slots that are free or being freed: which running jobs could make room
// for one more of them (jobs.md §3.6 preemption, §4.5 clause 3). A waiting job that a slot being freed will serve is
// not counted again, so that one waiting job ends one run.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "contract/core/state.hpp"

namespace stint {

class Shortage {
public:
    /// Of the groups that had opened by the opening `upTo`.
    Shortage(const State&, Now, std::uint64_t upTo);

    /// Whether one more waiting job would find a slot if this run, which is not being stopped yet, ended as well.
    bool wants(const Running&) const;
    /// The same as a reason to stop it past its guarantee: an expedited one gives way to expedited ones alone.
    bool outweighs(const Running&) const;

private:
    struct Waiting {
        WorkTypes may;
        bool expedited;
        std::int64_t jobs;
    };
    /// Jobs that their app's cap bars until one of its own runs ends.
    struct Capped {
        AppId app;
        bool expedited;
        std::size_t waiting; ///< whose they are like
    };

    /// How many of an app's jobs run that its two caps count: of expedited ones, and of the others.
    using PerCap = std::array<std::int64_t, 2>;
    struct Open {
        const State& state;
        const World& world;
        const AppGroups& appGroups;
        const App& app;
        std::uint64_t upTo;
        bool capped; ///< the caps count just now
    };
    void add(const Open&, PerCap running);
    /// The place of those that are like this.
    std::size_t placeOf(const WorkTypes& may, bool expedited);
    bool helps(const Running&, bool expeditedAlone) const;
    std::int64_t served(const PerType& running, const std::vector<Waiting>&, bool expeditedAlone) const;

    SlotTable table_;
    PerType running_{}; ///< without those that are being stopped
    std::vector<Waiting> waiting_;
    std::vector<Capped> capped_;
};

/// The slots of this moment.
SlotTable tableOf(const State&);
/// Those that are taken: by all runs, those that are being stopped among them.
PerType runningByType(const State&);

} // namespace stint
