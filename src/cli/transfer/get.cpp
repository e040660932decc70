// `stint get`: schedules downloads, and follows them as long as a person wants to look on.
#include "cli/transfer/get.hpp"

#include <fmt/core.h>

#include "cli/line/commands.hpp"
#include "cli/screen/exit_code.hpp"
#include "cli/screen/text.hpp"
#include "cli/transfer/download.hpp"
#include "cli/transfer/reach.hpp"
#include "cli/transfer/transfers.hpp"

namespace stint::cli {
namespace {

Errand errandFor(const Wanted& wanted) {
    std::string target = printable(wanted.target.native());
    return {.deed = fmt::format("download {}", printable(withoutSecrets(wanted.url))),
            .going = fmt::format("downloading to {}", target),
            .place = wanted.target.native(),
            .label = printable(wanted.target.filename().native()),
            .job = [wanted](Manner manner) { return jobFor(wanted, manner); }};
}

} // namespace

int get(const Arguments& given, const Screen& screen) {
    auto refused = [&](const Error& error) {
        return screen.fail(fmt::format("cannot download {}", printable(withoutSecrets(given.words[0]))), error);
    };
    auto here = workingDirectory();
    if (!here.ok()) return refused(here.error());
    auto wanted = wantedBy(given, *here);
    if (!wanted.ok()) return refused(wanted.error());
    std::vector<Errand> errands;
    for (const Wanted& one : *wanted) {
        errands.push_back(errandFor(one));
        if (auto target = checkTarget(one.target, one.overwrite); !target.ok())
            return screen.fail(ends::cannotCreate,
                               fmt::format("cannot {}: {}", errands.back().deed, target.error().message));
    }
    return transferAll(given, screen, errands);
}

} // namespace stint::cli
