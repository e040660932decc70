// `stint top --plain` and `--json`: all jobs as they are, then a line for each change, in plain words, for screen
// readers and scripts.
#pragma once
#include "faces/cli/top/link.hpp"
#include "faces/screen/signals.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli::top {

/// Prints until a signal, or until nobody reads stdout; returns the exit code.
int printChanges(Link& link, Signals& signals, const Screen& screen);

} // namespace stint::cli::top
