// `stint cmd …` and `stint am …`: Android's shell verbs (jobs.md §8; limits.md §2.7, §6.7). The daemon reads the words
// and writes the answer; what is printed and what the process ends with is Android's.
#include "cli/android/shell_verb.hpp"

#include <algorithm>
#include <array>

#include <fmt/core.h>

#include "cli/android/battery_verb.hpp"
#include "cli/daemon/daemon.hpp"
#include "cli/line/commands.hpp"
#include "cli/print/json.hpp"
#include "cli/screen/exit_code.hpp"
#include "cli/screen/text.hpp"

namespace stint::cli {
namespace {

constexpr int noService = 20; ///< what Android's `cmd` ends with where there is no such service
constexpr std::array<std::string_view, 3> services{"battery", "deviceidle", "jobscheduler"};

Result<ShellAnswer> answered(const std::vector<std::string>& before, const std::vector<std::string>& words) {
    auto daemon = STINT_TRY(Daemon::connect());
    // The battery is the device's, of which people speak as with `stint device set`; the others are the core's.
    if (before.back() == services.front()) return batteryVerb(daemon, words);
    return daemon.shell(words, before);
}

} // namespace

int shellVerb(const std::vector<std::string>& before, const std::vector<std::string>& words, const Screen& screen) {
    auto answer = answered(before, words);
    if (!answer.ok()) return screen.fail(fmt::format("cannot ask {}", before.back()), answer.error());
    if (screen.json()) {
        screen.print(jsonOf(*answer));
    } else {
        screen.passOut(answer->out);
        screen.passErr(answer->err);
    }
    return answer->code & 0xFF; // jobs.md §8: -1000 ends with 24
}

int cmd(const Arguments& given, const Screen& screen) {
    if (given.words.empty()) {
        screen.passErr("cmd: No service specified; there is battery, deviceidle, jobscheduler\n");
        return noService;
    }
    const std::string& service = given.words[0];
    if (std::ranges::find(services, service) == services.end()) {
        screen.passErr(fmt::format("cmd: Can't find service: {}\n", printable(service)));
        return noService;
    }
    return shellVerb({"cmd", service}, {given.words.begin() + 1, given.words.end()}, screen);
}

int am(const Arguments& given, const Screen& screen) { return shellVerb({"am"}, given.words, screen); }

} // namespace stint::cli
