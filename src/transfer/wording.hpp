// How a transfer is told to a person, in its notification.
#pragma once
#include <string>

#include "transfer/ending.hpp"
#include "transfer/upload.hpp"
#include "transfer/watcher.hpp"

namespace stint::transfer {

/// "12.3 MiB of 256 MiB", "12.3 MiB", "finishing 256 MiB"; and why it was begun anew, if it was.
std::string describe(const Progress& progress);

/// Done, of an upload that is now at `place`; `anew`: why it was begun anew, if it was.
Ending sent(const Upload& upload, Bytes size, const std::string& place, const std::string& anew);

} // namespace stint::transfer
