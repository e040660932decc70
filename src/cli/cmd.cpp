// `stint cmd jobscheduler …`: Android's shell verbs (jobs.md §8). The daemon reads the words and writes the answer;
// what is printed and what the process ends with is Android's.
#include <fmt/core.h>

#include "cli/commands.hpp"
#include "cli/daemon.hpp"
#include "cli/exit_code.hpp"
#include "cli/json.hpp"
#include "cli/text.hpp"

namespace stint::cli {
namespace {

constexpr int noService = 20; ///< what Android's `cmd` ends with where there is no such service

Result<ShellAnswer> answered(const std::vector<std::string>& words) {
    auto daemon = STINT_TRY(Daemon::connect());
    return daemon.shell(words);
}

} // namespace

int cmd(const Arguments& given, const Screen& screen) {
    if (given.words.empty() || given.words[0] != "jobscheduler") {
        screen.passErr(given.words.empty() ? "cmd: No service specified; there is jobscheduler\n"
                                           : fmt::format("cmd: Can't find service: {}\n", printable(given.words[0])));
        return noService;
    }
    auto answer = answered({given.words.begin() + 1, given.words.end()});
    if (!answer.ok()) return screen.fail("cannot ask jobscheduler", answer.error());
    if (screen.json()) {
        screen.print(jsonOf(*answer));
    } else {
        screen.passOut(answer->out);
        screen.passErr(answer->err);
    }
    return answer->code & 0xFF; // jobs.md §8: -1000 ends with 24
}

} // namespace stint::cli
