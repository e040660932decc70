// The verbs that play, for which `stint` runs stint-sim: `stint sim` and `stint demo`; and the scenario that the demo
// plays.
#pragma once
#include <string_view>

#include "faces/cli/line/verbs.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::player {

/// demo.yaml, as it is in the program.
extern const std::string_view demoScenario;

/// Runs `stint sim`; returns the exit code.
int playScenarios(const cli::Arguments& given, const cli::Screen& screen);

/// Runs `stint demo`; returns the exit code.
int playDemo(const cli::Arguments& given, const cli::Screen& screen);

} // namespace stint::player
