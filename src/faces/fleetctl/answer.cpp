// `stint fleet allow` and `stint fleet refuse` (fleet.md §6.4): what a person says of a campaign that waits for that.
#include <fmt/core.h>

#include "base/text/printable.hpp"
#include "contract/model/agent.hpp"
#include "faces/fleetctl/agents_job.hpp"
#include "faces/fleetctl/verbs.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/json_line.hpp"
#include "fleet/document/document.hpp"

namespace stint::fleetctl {

using cli::Arguments;
using cli::Screen;

namespace {

int answer(const Arguments& given, const Screen& screen, bool isYes) {
    const std::string& campaign = given.words[0];
    const std::string_view what = isYes ? "cannot allow" : "cannot refuse";
    if (!fleet::isCampaignId(campaign))
        return screen.fail(cli::ends::usage, fmt::format("{}: \"{}\" is no campaign's id, which is like "
                                                         "20261123-nvc38b7g; `stint jobs` has those that wait",
                                                         what, printable(campaign)));
    return followed(agentAnswer(campaign, isYes).build(), campaign, what, screen, [&](const JobView& job) {
        if (screen.json()) {
            cli::Json line = cli::header();
            line["campaign"] = campaign;
            line["allowed"] = isYes;
            screen.print(cli::dumped(line));
        } else {
            screen.tell(printable(job.completed->outcome.text));
        }
        return cli::ends::ok;
    });
}

} // namespace

int allow(const Arguments& given, const Screen& screen) { return answer(given, screen, true); }
int refuse(const Arguments& given, const Screen& screen) { return answer(given, screen, false); }

} // namespace stint::fleetctl
