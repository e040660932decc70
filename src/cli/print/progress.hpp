// A transfer's progress in one line: how much, how fast, how long still. Pure: time and sizes are handed in.
#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "stint/units.hpp"

namespace stint::cli {

/// The rate of the last seconds, from samples as they come. It forgets what it knew when the amount shrinks: the
/// transfer began anew.
class RateMeter {
public:
    static constexpr Duration window = 5s;
    static constexpr Duration stall = 3s; ///< no sample for so long: nothing moves

    /// `at` never goes back; counted from any zero.
    void sample(Duration at, Bytes done);
    /// Bytes a second; nullopt until half a second of samples is there.
    std::optional<Bytes> rate(Duration now) const;
    void clear() { samples_.clear(); }

private:
    struct Sample {
        Duration at;
        Bytes done;
    };
    std::deque<Sample> samples_;
};

struct Progress {
    std::string label;
    Bytes done = 0;
    Bytes total = unknownBytes;
    std::optional<Bytes> rate; ///< bytes a second; 0: it stalls
};

/// 0 to 100, never 100 before all is there; nullopt where the total is not known.
std::optional<int> percentOf(const Progress&);

/// How long the rest takes at this rate; nullopt where that cannot be known.
std::optional<Duration> timeLeft(const Progress&);

/// "debian.iso  45% [=====>      ] 115.2 MiB of 256 MiB  21.3 MiB/s  7s left", never wider than `columns`: first the
/// bar shrinks and goes, then the time left, the rate and the sizes; the percentage stays.
std::string progressLine(const Progress&, std::size_t columns);

/// The same for a log: "45%  115.2 MiB of 256 MiB  21.3 MiB/s  7s left".
std::string progressText(const Progress&);

} // namespace stint::cli
