// This device's own place in a fleet, as its files have it: no server is asked.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "faces/screen/terminal.hpp"
#include "fleet/enrolment/files.hpp"
#include "stint/result.hpp"

namespace stint::fleetctl {

/// nullopt: this device is in no fleet.
Result<std::optional<fleet::Fleet>> ownFleet();

/// Orders of the fleet at that server may do this here, by the owner's file (fleet.md §6.4), for people.
std::vector<std::string> whatItMay(const std::optional<fleet::OwnersWord>& word, const std::string& server);

/// `stint fleet device` without a name: this device's, its fleet, and what that may do here. The exit code.
int ownDevice(const cli::Screen& screen);

} // namespace stint::fleetctl
