// The times a person's command reads: how long it has run, and what the wall shows.
#pragma once
#include <chrono>

#include "stint/units.hpp"

namespace stint::cli {

inline WallTime wallNow() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

/// Never goes back; from any zero.
inline Duration steadyNow() {
    return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch());
}

} // namespace stint::cli
