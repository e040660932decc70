// `stint watch`, `stint wait`: follow a job, with progress or in silence.
#include <fmt/core.h>

#include "cli/daemon/lookup.hpp"
#include "cli/follow/follow.hpp"
#include "cli/line/commands.hpp"
#include "cli/print/json.hpp"
#include "cli/print/phrases.hpp"
#include "cli/screen/exit_code.hpp"
#include "cli/screen/text.hpp"

namespace stint::cli {
namespace {

/// A failed job's end is an error; a good one's is a result.
int tellEnd(const JobView& job, const ProgressReporter& reporter, const Screen& screen) {
    const int code = exitCodeOf(*job.completed);
    const std::string text = fmt::format("{}: {}", textOf(job.key), measuredEndText(*job.completed, reporter.seen()));
    if (code != ends::ok) return screen.fail(code, text);
    if (!screen.json() && !screen.quiet()) screen.print(text);
    return code;
}

struct Watched {
    int code;
    bool interrupted = false; ///< the job goes on
};

/// Prints progress on one screen, and the end on the other.
Watched followed(const std::string& text, const Screen& way, const Screen& end) {
    const auto failed = [&](const Error& error) {
        return Watched{failOfLookUp(end, fmt::format("cannot follow {}", printable(text)), error)};
    };
    auto signals = Signals::open();
    if (!signals.ok()) return failed(signals.error());
    auto daemon = Daemon::connect(end);
    if (!daemon.ok()) return failed(daemon.error());
    auto job = lookUp(*daemon, text);
    if (!job.ok()) return failed(job.error());
    ProgressReporter reporter(way);
    auto followed = follow(*daemon, std::move(*job), reporter, *signals, way);
    reporter.clear();
    if (!followed.ok()) return failed(followed.error());
    if (followed->signal) return {exitCodeOfSignal(*followed->signal), true};
    if (end.json() && !way.json()) end.print(jsonOf(followed->job, Event{"ended", {}}));
    return {tellEnd(followed->job, reporter, end)};
}

int watch(const Arguments& given, const Screen& screen) { return followed(given.words[0], screen, screen).code; }

int wait(const Arguments& given, const Screen& screen) {
    const Screen silent{{.json = false, .plain = true, .quiet = true}};
    int code = ends::ok; // of the first that did not end well
    for (const std::string& word : given.words) {
        const auto [ended, interrupted] = followed(word, silent, screen.json() ? screen : silent);
        if (interrupted) return ended;
        if (code == ends::ok) code = ended;
    }
    return code;
}

} // namespace

Verb watchVerb() {
    return {.name = "watch",
            .words = "JOB",
            .fewest = 1,
            .most = 1,
            .summary = "follow a job until it ends",
            .about = "Ends as the job does: 0, or its exit code. Ctrl-C leaves the job alone.",
            .options = {},
            .examples = {{"stint watch 7", "the download org.stint.transfer/7"}},
            .run = watch,
            .elsewhere = {"follow", "attach", "fg"}};
}

Verb waitVerb() {
    return {.name = "wait",
            .words = "JOB…",
            .fewest = 1,
            .most = Verb::many,
            .summary = "wait in silence until jobs end",
            .about = "Ends as the job does: 0, or its exit code; of several, as the first that did not end well.",
            .options = {},
            .examples = {{"stint wait 7 && mpv film.mkv", "when it is there"}},
            .run = wait};
}

} // namespace stint::cli
