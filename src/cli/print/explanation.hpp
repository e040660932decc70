// Why a job waits: what is asked of the daemon, or of a simulated device, as lines for a person.
#pragma once
#include "cli/daemon/daemon.hpp"
#include "cli/screen/terminal.hpp"

namespace stint::cli {

/// What a job is doing, and each blocker with what would clear it.
void printExplanation(const Explanation& it, WallTime now, const Screen& screen);

/// A forecast: its sentence, and each blocker that there would be.
void printForecast(const Forecast& forecast, WallTime now, const Screen& screen);

} // namespace stint::cli
