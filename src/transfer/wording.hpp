// How a download is told to a person, in its notification.
#pragma once
#include <string>

#include "transfer/watcher.hpp"

namespace stint::transfer {

/// "12.3 MiB of 256 MiB", "12.3 MiB", "finishing 256 MiB"; and why it was begun anew, if it was.
std::string describe(const Progress& progress);

} // namespace stint::transfer
