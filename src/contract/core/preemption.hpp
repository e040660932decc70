// Preemption: the ready jobs that find no slot, and the running ones that make room for them (jobs.md §3.6, §4.5
// clause 3).
#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "contract/core/state.hpp"

namespace stint {

/// The ready jobs that find no slot, against the slots that are free or being freed: it finds the running jobs that
/// could make room for one more of them (jobs.md §3.6 preemption, §4.5 clause 3). A waiting job that a slot being freed
/// will serve is not counted again, so that one waiting job ends one run.
class Shortage {
public:
    /// Counts the groups that had opened by the opening `upTo`.
    Shortage(const State&, Now, std::uint64_t upTo);

    /// True if one more waiting job would find a slot if this run, which is not being stopped yet, ended as well.
    bool wants(const Running&) const;
    /// True if that is a reason to stop it past its guarantee: an expedited one gives way to expedited ones alone.
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
        std::size_t waiting; ///< the place of jobs like them
    };

    /// The numbers of an app's runs that its two caps count: of those that are not expedited, and of those that are.
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
    /// The place of jobs like this.
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
/// The slots that are taken, those of runs that are being stopped among them.
PerType runningByType(const State&);

} // namespace stint
