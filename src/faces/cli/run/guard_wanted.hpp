// What `stint guard` asks for beside a command: its condition, what becomes of the program without it, its own app
// (jobs.md §14.5).
#pragma once
#include <string>

#include "contract/model/job.hpp"
#include "faces/cli/line/arguments.hpp"
#include "faces/cli/run/run_job.hpp"
#include "faces/control/daemon.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// The terms of a guard into `terms`, and what it is called into `wanted`, and what runs where it holds an installed
/// app. IllegalArgument: there is no such condition, or neither a program nor an app, or both.
Result<void> readGuard(const Arguments& given, StartTerms& terms, CommandWanted& wanted);
/// Whose job it is: org.stint.guard.NAME.
AppId guardAppOf(const CommandWanted& wanted);
/// Whether what it wants can be done here, as `stint doctor` has it.
Result<void> checkGuarded(Daemon& daemon, GuardElse otherwise);
/// "held to “unmetered”: frozen while that does not hold".
std::string guardText(const Arguments& given, const StartTerms& terms);

} // namespace stint::cli
