// The scenario that `stint demo` plays.
#pragma once
#include <string_view>

namespace stint::player {

/// demo.yaml, as it is in the program.
extern const std::string_view demoScenario;

} // namespace stint::player
