// The rate of Stint's own transfers, by the policy and the hour (limits.md §15).
#pragma once
#include <optional>

#include "contract/rules/world.hpp"

namespace stint {

struct TransferRate {
    Bytes most = 0;               ///< bytes a second of all transfers together; 0: no limit
    std::optional<Instant> until; ///< when the hour changes it; nullopt: never
};

/// The limit that holds now.
TransferRate transferRate(const World& world);

} // namespace stint
