// The result of schedule() in scenario.md's words for an error: for the trace, and for a scenario's expectations.
#pragma once
#include <string_view>

#include "stint/result.hpp"

namespace stint {

/// "SecurityException", "limit_exceeded"; "failure" for RESULT_FAILURE; "error" for a failure that is no app's fault.
std::string_view resultName(Errc code);

} // namespace stint
