// `stint run-now`: the shell's `run -f` (jobs.md §8), which also lists the blockers that it overrides.
#include <fmt/core.h>

#include "base/result/try.hpp"
#include "faces/cli/line/commands.hpp"
#include "faces/control/lookup.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/explanation.hpp"
#include "faces/views/json.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

struct Asked {
    Explanation before;
    ShellAnswer answer; ///< a pending job's
};

/// The exit code for a return code of `run` (jobs.md §8).
int answerCode(const ShellAnswer& answer) {
    switch (answer.code) {
    case 0:
        return ends::ok;
    case -1000: // no such package
    case -1001: // no such job
        return ends::noInput;
    case -1002:
        return ends::waits;
    default:
        return ends::failure;
    }
}

Result<Asked> asked(const std::string& text, const Screen& screen) {
    auto daemon = STINT_TRY(Daemon::connect(screen));
    auto job = STINT_TRY(lookUp(daemon, text));
    if (job.state == JobView::State::Finished)
        return Error{Errc::ILLEGAL_STATE, fmt::format("{} has ended already", textOf(job.key))};
    auto before = STINT_TRY(daemon.explain(job.key));
    Asked made{.before = std::move(before), .answer = {}};
    if (made.before.job.state == JobView::State::Pending) made.answer = STINT_TRY(daemon.runNow(job.key));
    return made;
}

int refused(const Asked& it, const Screen& screen) {
    return screen.fail(answerCode(it.answer), printable(whyNotRunNow(it.before, it.answer)));
}

void tell(const Asked& it, const Screen& screen) {
    std::string job = printable(textOf(it.before.job.key));
    if (it.before.job.state == JobView::State::Running)
        return screen.tell(fmt::format("{} is {} already", job, stateWord(it.before.job)));
    if (it.before.blockers.empty()) return screen.tell(fmt::format("{} runs now; nothing kept it from it", job));
    if (screen.quiet()) return;
    screen.print(fmt::format("{} runs now, although:", job));
    for (const auto& blocker : it.before.blockers)
        screen.print(fmt::format("  {}", printable(blockerText(blocker))));
}

int runNow(const Arguments& given, const Screen& screen) {
    auto it = asked(given.words[0], screen);
    if (!it.ok()) return failOfLookUp(screen, fmt::format("cannot run {}", printable(given.words[0])), it.error());
    const int code = answerCode(it->answer);
    if (screen.json()) screen.print(jsonOf(RunNow{it->before.job, it->before.blockers, code == ends::ok}));
    if (code != ends::ok) return refused(*it, screen);
    if (!screen.json()) tell(*it, screen);
    return ends::ok;
}

} // namespace

Verb runNowVerb() {
    return {.name = "run-now",
            .words = "JOB",
            .fewest = 1,
            .most = 1,
            .summary = "run a job whatever keeps it waiting, and say what that was",
            .about =
                "Passes over all but a service that is missing and an app that the user stopped: the job's own "
                "conditions, its back-off, and that no slot is free. Ends with 0 where it runs, 75 where that cannot "
                "be passed over, 66 where there is no such job.",
            .options = {},
            .examples = {{"stint run-now com.example.mail/7", "as `stint cmd jobscheduler run -f com.example.mail 7`"}},
            .run = runNow};
}

} // namespace stint::cli
