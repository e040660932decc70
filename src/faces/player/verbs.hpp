// The verbs that play, for which `stint` runs stint-sim.
#pragma once
#include "faces/cli/line/arguments.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::player {

/// Runs `stint sim`; returns the exit code.
int playScenarios(const cli::Arguments& given, const cli::Screen& screen);

/// Runs `stint demo`; returns the exit code.
int playDemo(const cli::Arguments& given, const cli::Screen& screen);

} // namespace stint::player
