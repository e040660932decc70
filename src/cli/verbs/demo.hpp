// The scenario that `stint demo` plays.
#pragma once
#include <string_view>

namespace stint::cli {

/// demo.yaml, as it is in the program.
extern const std::string_view demoScenario;

} // namespace stint::cli
