// Why a job waits: what is asked of the daemon, or of a simulated device, as lines for a person.
#pragma once
#include <string>
#include <vector>

#include "faces/control/daemon.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli {

/// What a job is doing, in a sentence; made printable by whoever prints it, as what follows is.
std::string headlineOf(const Explanation& it, WallTime now);
/// What else is to be known of it beside its blockers: its terms, its limits, its last run. A sentence each.
std::vector<std::string> remarksOn(const Explanation& it, WallTime now);

/// "the device is not charging (CONSTRAINT_CHARGING)".
std::string blockerText(const Blocker& blocker);
/// Running it now does not pass over this: a missing service, an app that the user stopped (jobs.md §8).
bool isFirm(const Blocker& blocker);
/// All of those, joined by "; "; empty: there are none.
std::string firmOnes(const std::vector<Blocker>& blockers);

/// What a job is doing, and each blocker with what would clear it.
void printExplanation(const Explanation& it, WallTime now, const Screen& screen);

/// "cannot run 7 now: …", by what cannot be passed over, else in the shell's own words (jobs.md §8).
std::string whyNotRunNow(const Explanation& before, const ShellAnswer& answer);

/// A forecast: its sentence, and each blocker that there would be.
void printForecast(const Forecast& forecast, WallTime now, const Screen& screen);

} // namespace stint::cli
