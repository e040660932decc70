// A transfer's progress and result in words, for its notification.
#pragma once
#include <string>

#include "programs/transfer/ending.hpp"
#include "programs/transfer/spec.hpp"

namespace stint::transfer {

/// "12.3 MiB of 256 MiB", "12.3 MiB", "finishing 256 MiB"; and the reason why it was begun anew, if it was.
std::string describe(const Progress& progress);

/// The Ending of an upload that is now at `place`; `anew`: the reason why it started over, if it did.
Ending sent(const Upload& upload, Bytes size, const std::string& place, const std::string& anew);

} // namespace stint::transfer
