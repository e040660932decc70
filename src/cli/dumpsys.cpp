// `stint dumpsys jobscheduler` (jobs.md §9.3).
#include <fmt/core.h>

#include "cli/clock.hpp"
#include "cli/commands.hpp"
#include "cli/dump.hpp"
#include "cli/exit_code.hpp"
#include "cli/text.hpp"

namespace stint::cli {
namespace {

Result<Dump> gathered(const Arguments& given) {
    auto daemon = STINT_TRY(Daemon::connect());
    return gatherDump(daemon, given.words.size() > 1 ? std::optional(given.words[1]) : std::nullopt);
}

} // namespace

int dumpsys(const Arguments& given, const Screen& screen) {
    if (given.words[0] != "jobscheduler")
        return screen.fail(ends::usage,
                           fmt::format("Can't find service: {}; there is jobscheduler", printable(given.words[0])));
    auto dump = gathered(given);
    if (!dump.ok()) {
        int code = screen.fail("cannot dump jobscheduler", dump.error());
        return dump.error().code == Errc::IllegalState ? ends::noInput : code;
    }
    screen.json() ? printDumpJson(*dump, screen) : printDump(*dump, wallNow(), screen);
    return ends::ok;
}

} // namespace stint::cli
