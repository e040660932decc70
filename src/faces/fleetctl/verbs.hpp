// The verbs of a fleet, for which `stint` runs stint-fleetctl (fleet.md §8.1). Each returns the exit code.
#pragma once
#include "faces/cli/line/verbs.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::fleetctl {

/// `stint fleet init`: the keys and the first list of operators, in a new directory.
int init(const cli::Arguments& given, const cli::Screen& screen);

} // namespace stint::fleetctl
