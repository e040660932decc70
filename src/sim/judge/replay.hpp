// Plays a recording (scenario.md, Recordings): the core is given the events of stintd's core, at the same times, and
// does the same.
#pragma once
#include "contract/model/constants.hpp"
#include "sim/judge/play.hpp"

namespace stint::sim {

/// Plays a recording. An Error is about the snapshot, or about an entry that cannot stand in a recording.
Result<Played> replay(const Scenario& recording, Constants constants, const Options& options);

} // namespace stint::sim
