// `stint guard`: a program that knows nothing of Stint is held to a person's condition (jobs.md §14.5). Beside a
// command it has that condition, what becomes of the program without it, and an app of its own.
#pragma once
#include <string>

#include "contract/model/job.hpp"
#include "faces/cli/line/verbs.hpp"
#include "faces/cli/run/run_job.hpp"
#include "faces/control/daemon.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// Reads the terms of a guard into `terms`; into `wanted` its name and, where it holds an installed app, the program
/// that does so. IllegalArgument: there is no such condition, or neither a program nor an app, or both.
Result<void> readGuard(const Arguments& given, StartTerms& terms, CommandWanted& wanted);
/// The app whose job it is: org.stint.guard.NAME.
AppId guardAppOf(const CommandWanted& wanted);
/// Succeeds if `otherwise` can be enforced here, by the findings of `stint doctor`; else System.
Result<void> checkGuarded(Daemon& daemon, GuardElse otherwise);
/// "held to “unmetered”: frozen while that does not hold".
std::string guardText(const Arguments& given, const StartTerms& terms);

} // namespace stint::cli
