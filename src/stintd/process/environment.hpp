// The environment of a started process.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "stintd/process/processes.hpp"

namespace stint {

using Environment = std::map<std::string, std::string>;

/// Reads "NAME=value" strings, such as `environ`.
Environment environmentFrom(const char* const* strings);

/// The environment of `command`, from the daemon's own: a service gets only what says who the user is, where files are,
/// and how to reach the session and the network; anything else gets all but what was meant for the daemon alone. The
/// command's own values win.
Environment environmentFor(const Command& command, const Environment& own);

/// The home directory, else "/".
std::filesystem::path homeDirectory(const Environment& environment);

} // namespace stint
