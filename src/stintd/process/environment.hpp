// What a started process sees of the environment.
#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "stintd/process/processes.hpp"

namespace stint {

using Environment = std::map<std::string, std::string>;

/// From "NAME=value" strings, as `environ` holds them.
Environment environmentFrom(const char* const* strings);

/// What `command` gets of the daemon's own: for a service only what says who the user is, where files are, how to
/// speak to the session and to the network; else all but what was meant for the daemon alone. Its own words win.
Environment environmentFor(const Command& command, const Environment& own);

/// The home directory, else "/".
std::filesystem::path homeDirectory(const Environment& environment);

} // namespace stint
