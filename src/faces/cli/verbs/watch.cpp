// `stint watch`, `stint wait`: follow jobs, with progress or in silence.
#include <algorithm>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "faces/cli/line/verbs.hpp"
#include "faces/control/lookup.hpp"
#include "faces/follow/follow.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"
#include "faces/views/json.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {
namespace {

/// Prints the end of a job, a failed one's as an error, and returns its exit code.
int tellEnd(const JobView& job, Seen seen, const Screen& screen) {
    const int code = exitCodeOf(*job.completed);
    const std::string text = fmt::format("{}: {}", textOf(job.key), measuredEndText(*job.completed, seen));
    if (code != ends::ok) return screen.fail(code, text);
    if (!screen.json() && !screen.quiet()) screen.print(text);
    return code;
}

/// Prints progress on one screen, and the ends on the other. Returns 0, or the code of the first job, in the order of
/// `words`, that did not end well.
int followed(const std::vector<std::string>& words, const Screen& way, const Screen& end) {
    const auto failed = [&](const std::string& text, const Error& error) {
        return failOfLookUp(end, fmt::format("cannot follow {}", printable(text)), error);
    };
    auto signals = Signals::open();
    if (!signals.ok()) return failed(words.front(), signals.error());
    auto daemon = Daemon::connect(end);
    if (!daemon.ok()) return failed(words.front(), daemon.error());
    std::vector<JobView> jobs;
    std::vector<int> codes(words.size(), ends::ok);
    std::vector<std::size_t> places; // the place in `words` of each followed job
    for (std::size_t i = 0; i < words.size(); ++i) {
        auto job = lookUp(*daemon, words[i]);
        if (!job.ok()) {
            codes[i] = failed(words[i], job.error());
            continue;
        }
        if (std::ranges::find(jobs, job->key, &JobView::key) != jobs.end()) continue; // named twice
        jobs.push_back(std::move(*job));
        places.push_back(i);
    }
    ProgressReporter reporter(way, jobs.size());
    const Ended onEnd = [&](std::size_t which, const Result<JobView>& job) {
        if (job.ok() && end.json() && !way.json()) end.print(jsonOf(*job, Event{"ended", {}}));
        codes[places[which]] =
            job.ok() ? tellEnd(*job, reporter.seen(which), end) : failed(words[places[which]], job.error());
    };
    auto all = followAll(*daemon, std::move(jobs), reporter, *signals, way, onEnd);
    reporter.clear();
    if (!all.ok()) return failed(fmt::format("{}", fmt::join(words, " ")), all.error());
    if (all->signal) return exitCodeOfSignal(*all->signal);
    const auto bad = std::ranges::find_if(codes, [](int code) { return code != ends::ok; });
    return bad == codes.end() ? ends::ok : *bad;
}

int watch(const Arguments& given, const Screen& screen) { return followed(given.words, screen, screen); }

int wait(const Arguments& given, const Screen& screen) {
    const Screen silent{{.json = false, .plain = true, .quiet = true}};
    return followed(given.words, silent, screen.json() ? screen : silent);
}

} // namespace

Verb watchVerb() {
    return {.name = "watch",
            .words = "JOB…",
            .fewest = 1,
            .most = Verb::many,
            .summary = "follow jobs until they end",
            .about =
                "Ends as the job does: 0, or its exit code; of several, as the first that did not end well. Ctrl-C "
                "leaves them alone.",
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
