// Doze and power in words.
#pragma once
#include <string>

#include "wire/limits.hpp"

namespace stint::cli {

/// "IDLE_MAINTENANCE", as Android writes a state of Doze.
std::string upper(std::string_view state);

/// "Doze: deep IDLE (in 47min at the latest left), light OVERRIDE", and what holds it.
std::string dozeText(const wire::DozeView& doze, WallTime now);
/// Plugged and charging are not the same (limits.md §10.3): Doze asks for the first, quotas for the second.
std::string powerText(const wire::DozeView& doze, WallTime now);

} // namespace stint::cli
