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
    std::size_t labelColumns = 0; ///< pads the label, to align it with the lines around it
    Bytes done = 0;
    Bytes total = NETWORK_BYTES_UNKNOWN;
    std::optional<Bytes> rate; ///< bytes a second; 0: it stalls
};

/// 0 to 100, and 100 only when all is there; nullopt if the total is unknown.
std::optional<int> percentOf(const Progress&);

/// The time that the rest takes at this rate; nullopt if unknown.
std::optional<Duration> timeLeft(const Progress&);

/// "debian.iso  45% [=====>      ] 115.2 MiB of 256 MiB  21.3 MiB/s  7s left", never as wide as `columns`: if it does
/// not fit, the bar shrinks, then the bar, the time left, the rate and the sizes are left out, in this order.
std::string progressLine(const Progress&, std::size_t columns);

/// The part of a label that fits into a line of so many columns; empty where it would be too short to be useful.
std::string shownLabel(std::string_view label, std::size_t columns);

/// The same for a log: "45%  115.2 MiB of 256 MiB  21.3 MiB/s  7s left".
std::string progressText(const Progress&);

} // namespace stint::cli
