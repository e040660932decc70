// The tables of a fleet's files, in their manual page: @campaign@, @job@, @step@, @get@, @rollout@, @stop@, @kinds@ and
// @owner@.
#pragma once
#include <string_view>

namespace stint {

/// Prints the table for which that line stands; false: it stands for none.
bool printFleetTable(std::string_view line);

} // namespace stint
