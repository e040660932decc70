// What a recording's apps would have done under another policy (scenario.md, Recordings): what happened to the device
// and what apps and people asked for comes as it was recorded; what runs did is played by what they were seen to do.
#pragma once
#include "contract/model/constants.hpp"
#include "sim/judge/play.hpp"

namespace stint::sim {

/// `seen` are the constants that the recording was made under. An Error is replay()'s.
Result<Played> whatIf(const Scenario& recording, const Constants& seen, const Constants& other);

} // namespace stint::sim
