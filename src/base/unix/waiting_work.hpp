// The note by which an app tells stintd, for when it is back, that it has work which stintd does not know (jobs.md
// §10): the file work-waits in $XDG_STATE_HOME/PACKAGE. It has the name of the service that runs the app's jobs.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "stint/result.hpp"

namespace stint {

/// $XDG_STATE_HOME/PACKAGE, by this process's environment.
std::filesystem::path stateDirectoryOf(const std::string& package);

/// Writes the note, durably. System: it cannot be written.
Result<void> noteWaitingWork(const std::string& package, const std::string& service);
/// Does nothing where there is none.
void forgetWaitingWork(const std::string& package);
/// The service that the note names; nullopt: there is none, or it is no file of this user alone.
std::optional<std::string> waitingWorkOf(const std::string& package);

} // namespace stint
