// The verbs that play: what `stint` runs stint-sim for.
#pragma once
#include "faces/cli/line/arguments.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::player {

/// `stint sim`; its exit code.
int playScenarios(const cli::Arguments& given, const cli::Screen& screen);

/// `stint demo`; its exit code.
int playDemo(const cli::Arguments& given, const cli::Screen& screen);

} // namespace stint::player
