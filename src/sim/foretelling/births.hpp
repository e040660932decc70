// The fleet's devices, by chance: each has a life out of the mix, and a clock of its own. And the lives, played.
#pragma once
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/foretelling/life.hpp"

namespace stint::foretelling {

/// The days that a device has, out of the mix.
struct Birth {
    std::size_t kind = 0;
    std::uint64_t life = 0;
    Duration shift{0};
};

/// The fleet's devices, by chance.
class Births {
public:
    /// Where there are no more devices than `lives`, each has one of its own.
    Births(const FleetFile& fleet, const Chance& chance, std::uint32_t lives);
    Birth of(fleet::Device device) const;

private:
    const FleetFile& fleet_;
    const Chance& chance_;
    std::uint32_t lives_;
    std::uint64_t weights_ = 0, habits_ = 0;
};

using Name = std::pair<std::size_t, std::uint64_t>; ///< a life's: its kind, and its number

/// In their order, for any number of threads.
Result<std::vector<Life>> playAll(const FleetFile& fleet, const Mission& mission, const Chance& chance,
                                  const std::vector<Name>& names, unsigned threads);

} // namespace stint::foretelling
