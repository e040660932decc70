// How a campaign goes through its devices (fleet.md §4, `[rollout]`): how many at a time, in which waves, what stops
// it, and how long each device has.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "stint/units.hpp"

namespace stint::fleet {

/// A share in hundredths of a percent; 10,000 is the whole.
using Share = std::uint32_t;
inline constexpr Share wholeShare = 10'000;

/// So many devices, or a share of those that are meant.
struct Amount {
    std::uint32_t count = 0;
    Share share = 0; ///< not 0: it counts, and `count` does not

    /// The number of `all` devices; a share is rounded up, so that none but an empty fleet has an empty wave.
    constexpr std::uint32_t of(std::uint32_t all) const {
        if (share == 0) return count < all ? count : all;
        return static_cast<std::uint32_t>((std::uint64_t{all} * share + wholeShare - 1) / wholeShare);
    }
    bool operator==(const Amount&) const = default;
};

/// A device's end in a campaign (fleet.md §4.1). None: it has none yet.
enum class Outcome : std::uint8_t { None, Succeeded, Failed, Rejected, TimedOut, Expired, Cancelled, Unreachable };
inline constexpr std::size_t outcomes = 8;

/// A set of ends that are failures.
class Failures {
public:
    constexpr bool contains(Outcome outcome) const { return (bits_ >> static_cast<unsigned>(outcome)) & 1U; }
    constexpr Failures& add(Outcome outcome) {
        bits_ = static_cast<std::uint8_t>(bits_ | (1U << static_cast<unsigned>(outcome)));
        return *this;
    }
    bool operator==(const Failures&) const = default;

private:
    std::uint8_t bits_ = 0;
};

struct Plan {
    std::uint32_t atATime = 0; ///< 1 or more: devices that have begun and not ended

    /// The devices that may begin before the next wave opens, counted from the first one, each more than the one before
    /// it; the last is all.
    std::vector<Amount> waves;
    Share waveOk = 9'500; ///< of a wave's ends: it opens the next
    Duration soak{0};     ///< from a wave's last end to the next wave

    Share stopAt =
        wholeShare + 1; ///< this share of the ends in `failures` stops the campaign; more than the whole: none does
    std::uint32_t stopMin = 0; ///< of ends, before the share counts
    Failures failures;         ///< a wave's ends that are not ok, too

    Duration spread{0};      ///< each device waits its own part of it, which the campaign's and its own id make
    Duration beginWithin{0}; ///< from a device's first order on
    Duration endWithin{0};   ///< from a device's begin on: it stops itself then

    std::uint32_t retries = 0; ///< by the device itself
    Duration retryAfter{0};

    bool operator==(const Plan&) const = default;
};

} // namespace stint::fleet
