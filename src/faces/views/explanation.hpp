// Why a job waits, as the daemon or a simulated device explains it, in lines for a person.
#pragma once
#include <string>
#include <vector>

#include "faces/control/daemon.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli {

/// The job's state in a sentence. Whoever prints it, or any of the following texts, makes it printable first.
std::string headlineOf(const Explanation& it, WallTime now);
/// Remarks beside the blockers: the job's terms, its limits, its last run. A sentence each.
std::vector<std::string> remarksOn(const Explanation& it, WallTime now);

/// "the device is not charging (CONSTRAINT_CHARGING)".
std::string blockerText(const Blocker& blocker);
/// True for a blocker that running the job now does not pass over: a missing service, an app that the user stopped
/// (jobs.md §8).
bool isFirm(const Blocker& blocker);
/// The texts of the firm blockers, joined by "; "; empty: there are none.
std::string firmOnes(const std::vector<Blocker>& blockers);

/// Prints the job's state, and each blocker with what would clear it.
void printExplanation(const Explanation& it, WallTime now, const Screen& screen);

/// "cannot run 7 now: …", with the firm blockers, else in the shell's own words (jobs.md §8).
std::string whyNotRunNow(const Explanation& before, const ShellAnswer& answer);

/// Prints a forecast: its sentence, and each blocker that there would be.
void printForecast(const Forecast& forecast, WallTime now, const Screen& screen);

} // namespace stint::cli
