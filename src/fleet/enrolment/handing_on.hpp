// A fleet on one more server (fleet.md §5.1): its keys and its newest list, as the text that a server of a cluster
// hands on to the one that joins it, sealed for that one (push.md §3.3).
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "fleet/enrolment/fleet_keys.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

/// It is secret.
std::string handedOn(const FleetKeys& keys);

/// The directory is one of that fleet's from then on, whole or not at all; so it may have been before. IllegalArgument:
/// nothing of a fleet was handed on; IllegalState: it is another fleet's; else as found() (founding.hpp).
Result<void> takeOver(const std::filesystem::path& directory, std::string_view text);

} // namespace stint::fleet
