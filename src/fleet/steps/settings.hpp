// A `settings` (fleet.md §4.4) is set by the calls of stintd that `stint app` makes. All of it, or nothing: where one
// is refused, those before it are put back.
#pragma once
#include <string>
#include <vector>

#include "fleet/document/app_settings.hpp"
#include "fleet/steps/doing.hpp"
#include "link/wire/message.hpp"
#include "stint/result.hpp"

namespace stint::fleet {

/// Blocks until stintd has answered.
Errand::StepEnded applySettings(sd_bus* daemon, const std::vector<AppSettings>& all);
/// The first of them that is not as it was set, but for buckets, which the core moves; empty: none. Blocks likewise.
Result<std::string> changedSetting(sd_bus* daemon, const std::vector<AppSettings>& all);

} // namespace stint::fleet
