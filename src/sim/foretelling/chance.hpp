// Numbers drawn out of one seed, each by what it is for and whose it is. So whatever is played first, and by however
// many threads, every device has the same luck.
#pragma once
#include <cstdint>

#include "fleet/document/plan.hpp"
#include "stint/units.hpp"

namespace stint::foretelling {

enum class Draw : std::uint8_t { Kind, Life, Clock, Day, Off, Gone, Refuses, Delay, Lost, Takes, Fails, Dies, Death };

class Chance {
public:
    explicit Chance(std::uint64_t seed) : seed_(seed) {}

    /// The `nth` number of `who`, evenly out of all.
    std::uint64_t of(Draw what, std::uint64_t who, std::uint64_t nth = 0) const {
        return mixed(mixed(mixed(seed_ + static_cast<std::uint64_t>(what)) ^ who) ^ nth);
    }
    /// From 0 to less than `most`, which is 1 or more.
    std::uint64_t below(std::uint64_t most, Draw what, std::uint64_t who, std::uint64_t nth = 0) const {
        return of(what, who, nth) % most;
    }
    bool happens(fleet::Share share, Draw what, std::uint64_t who, std::uint64_t nth = 0) const {
        return below(fleet::wholeShare, what, who, nth) < share;
    }
    /// Both ends included.
    Duration between(Duration from, Duration to, Draw what, std::uint64_t who, std::uint64_t nth = 0) const {
        const auto length = static_cast<std::uint64_t>((to - from).count());
        return from + Duration(static_cast<Duration::rep>(below(length + 1, what, who, nth)));
    }

private:
    /// SplitMix64's step.
    static std::uint64_t mixed(std::uint64_t number) {
        number += 0x9E3779B97F4A7C15U;
        number = (number ^ (number >> 30U)) * 0xBF58476D1CE4E5B9U;
        number = (number ^ (number >> 27U)) * 0x94D049BB133111EBU;
        return number ^ (number >> 31U);
    }

    std::uint64_t seed_;
};

} // namespace stint::foretelling
