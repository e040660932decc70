// A campaign begins (fleet.md §8.1), whether a file says it or a line: it is shown, signed and handed over; or, for
// --dry-run, whom it means is counted.
#pragma once
#include <functional>
#include <string_view>

#include "faces/cli/line/verbs.hpp"
#include "faces/screen/terminal.hpp"
#include "fleet/document/campaign.hpp"
#include "stint/result.hpp"

namespace stint::fleetctl {

struct Beginning {
    fleet::Campaign campaign;
    std::string_view what; ///< "cannot start a campaign"
    /// A further deed beside the paper; done when the key is there, before anything is handed over.
    std::function<Result<void>()> before = [] { return Result<void>(); };
};
/// Returns the exit code.
int startCampaign(const cli::Arguments& given, const cli::Screen& screen, const Beginning& beginning);

} // namespace stint::fleetctl
