// A transfer's progress in one line: how much, how fast, how long. Pure: times and sizes are parameters.
#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "base/time.hpp"

namespace stint::cli {

/// The rate of the last seconds, from samples as they come. It starts over when the amount shrinks: the
/// transfer was restarted.
class RateMeter {
public:
    static constexpr Duration window = 5s;
    static constexpr Duration stall = 3s; ///< no sample for this long: it stalls

    /// `at` never goes back; its zero is arbitrary.
    void sample(Duration at, Bytes done);
    /// Bytes a second; nullopt until there is half a second of samples.
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

/// 0 to 100, and 100 only when all is there; nullopt if the total is unknown.
std::optional<int> percentOf(const Progress&);

/// How long the rest takes at this rate; nullopt if unknown.
std::optional<Duration> timeLeft(const Progress&);

/// "debian.iso  45% [=====>      ] 115.2 MiB of 256 MiB  21.3 MiB/s  7s left", never wider than `columns`: if it does
/// not fit, the bar shrinks, then the bar, the time left, the rate and the sizes are left out, in this order.
std::string progressLine(const Progress&, std::size_t columns);

/// The same for a log: "45%  115.2 MiB of 256 MiB  21.3 MiB/s  7s left".
std::string progressText(const Progress&);

} // namespace stint::cli
