// A recording as it would have gone under another policy (scenario.md, Recordings): events of the device and calls of
// apps and people come as they were recorded; each run does again what it was seen to do.
#pragma once
#include "contract/model/constants.hpp"
#include "sim/judge/play.hpp"

namespace stint::sim {

/// Plays a recording under `other` constants; `seen` are those that it was made under. An Error is replay()'s.
Result<Played> whatIf(const Scenario& recording, const Constants& seen, const Constants& other);

} // namespace stint::sim
