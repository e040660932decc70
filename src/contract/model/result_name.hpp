// What schedule() came to, in scenario.md's words for an error: in the trace, and in what a scenario expects.
#pragma once
#include <string_view>

#include "stint/result.hpp"

namespace stint {

/// "SecurityException", "limit_exceeded"; "failure" for RESULT_FAILURE; "error" for what no app is at fault for.
std::string_view resultName(Errc code);

} // namespace stint
