// Why a job waits: what is asked of the daemon, or of a simulated device, as lines for a person.
#pragma once
#include <string>

#include "cli/daemon/daemon.hpp"
#include "cli/screen/terminal.hpp"

namespace stint::cli {

/// What a job is doing, and each blocker with what would clear it.
void printExplanation(const Explanation& it, WallTime now, const Screen& screen);

/// "no network that fits (CONSTRAINT_CONNECTIVITY)": what `stint run-now` passes over.
std::string overriddenText(const Blocker& blocker);
/// "cannot run 7 now: …", by what cannot be passed over, else in the shell's own words (jobs.md §8).
std::string whyNotRunNow(const Explanation& before, const ShellAnswer& answer);
/// A forecast: its sentence, and each blocker that there would be.
void printForecast(const Forecast& forecast, WallTime now, const Screen& screen);

} // namespace stint::cli
