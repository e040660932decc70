// A transfer's progress in one line: how much, how fast, how long. Pure: times and sizes are parameters.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/time/time.hpp"

namespace stint::cli {

struct Progress {
    std::string label;
    std::size_t labelColumns = 0; ///< at least as wide: what is below it in a block is aligned
    Bytes done = 0;
    Bytes total = NETWORK_BYTES_UNKNOWN;
    std::optional<Bytes> rate; ///< bytes a second; 0: it stalls
};

/// 0 to 100, and 100 only when all is there; nullopt if the total is unknown.
std::optional<int> percentOf(const Progress&);

/// How long the rest takes at this rate; nullopt if unknown.
std::optional<Duration> timeLeft(const Progress&);

/// "debian.iso  45% [=====>      ] 115.2 MiB of 256 MiB  21.3 MiB/s  7s left", never as wide as `columns`: if it does
/// not fit, the bar shrinks, then the bar, the time left, the rate and the sizes are left out, in this order.
std::string progressLine(const Progress&, std::size_t columns);

/// What is left of a label in a line of so many columns; empty where that would tell nothing.
std::string shownLabel(std::string_view label, std::size_t columns);

/// The same for a log: "45%  115.2 MiB of 256 MiB  21.3 MiB/s  7s left".
std::string progressText(const Progress&);

} // namespace stint::cli
