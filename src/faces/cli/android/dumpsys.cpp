// `stint dumpsys` (jobs.md §9.3; limits.md §6, §7).
#include <fmt/core.h>

#include "base/time/clock.hpp"
#include "faces/cli/android/cmd.hpp"
#include "faces/cli/android/dump.hpp"
#include "faces/cli/android/dump_limits.hpp"
#include "faces/cli/line/commands.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {
namespace {

/// Gathers, then prints; `gather` gets the package after the service, if there is one.
template <class Gather, class Print>
int dump(const Arguments& given, const Screen& screen, Gather gather, Print print) {
    const std::string what = fmt::format("cannot dump {}", given.words[0]);
    if (given.words.size() > 2)
        return screen.fail(ends::usage,
                           fmt::format("{}: it takes one package, not also \"{}\"", what, printable(given.words[2])));
    auto daemon = Daemon::connect(screen);
    if (!daemon.ok()) return screen.fail(what, daemon.error());
    const auto gathered = gather(*daemon, given.words.size() > 1 ? std::optional(given.words[1]) : std::nullopt);
    if (!gathered.ok()) return failOfLookUp(screen, what, gathered.error());
    print(*gathered);
    return ends::ok;
}

/// A verb after the service is the same as with `cmd`, as on Android.
int dumpDoze(const Arguments& given, const Screen& screen) {
    if (given.words.size() > 1)
        return shellVerb({"cmd", "deviceidle"}, {given.words.begin() + 1, given.words.end()}, screen);
    return dump(
        given, screen, [](Daemon& daemon, const auto&) { return gatherDozeDump(daemon); },
        [&](const DozeDump& it) { printDump(it, wallNow(), screen); });
}

int dumpsys(const Arguments& given, const Screen& screen) {
    const std::string& service = given.words[0];
    if (service == "jobscheduler")
        return dump(given, screen, gatherDump, [&](const Dump& it) {
            screen.json() ? printDumpJson(it, screen) : printDump(it, wallNow(), screen);
        });
    if (service == "alarm")
        return dump(given, screen, gatherAlarmDump, [&](const AlarmDump& it) { printDump(it, wallNow(), screen); });
    if (service == "deviceidle") return dumpDoze(given, screen);
    return screen.fail(ends::usage, fmt::format("Can't find service: {}; there are alarm, deviceidle, jobscheduler",
                                                printable(service)));
}

} // namespace

Verb dumpsysVerb() {
    return {.name = "dumpsys",
            .words = "jobscheduler|alarm|deviceidle [PACKAGE]",
            .fewest = 1,
            .most = Verb::many,
            .summary = "everything that is known of jobs, alarms or Doze",
            .about =
                "jobscheduler: the device, the apps, each job with what it asks for and what keeps it waiting, what "
                "runs, and what has ended; last, what the daemon does not tell. alarm: the settings and each pending "
                "alarm. Both of one app, where PACKAGE is given. deviceidle: the settings, the allowlists and the "
                "machines; a verb behind it is the same as with cmd.",
            .options = {},
            .examples = {{"stint dumpsys jobscheduler com.example.mail", ""},
                         {"stint dumpsys deviceidle force-idle", "as stint cmd deviceidle force-idle"}},
            .run = dumpsys};
}

} // namespace stint::cli
