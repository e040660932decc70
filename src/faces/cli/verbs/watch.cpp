// `stint watch`, `stint wait`: follow jobs, with progress or in silence.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

#include <sys/timerfd.h>
#include <unistd.h>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "base/result/errors.hpp"
#include "base/time/time.hpp"
#include "base/unix/fd.hpp"
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

/// The time after which nobody waits any more; none: without end.
class Patience {
public:
    static Result<Patience> of(std::optional<Duration> most) {
        Patience patience;
        if (!most) return patience;
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(bounded(*most));
        const itimerspec at{.it_interval = {},
                            .it_value = {seconds.count(), ((*most - seconds) % 1s).count() * 1'000'000}};
        patience.timer_ = Fd(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
        if (!patience.timer_ || ::timerfd_settime(patience.timer_.get(), 0, &at, nullptr) != 0)
            return fail(Errc::SYSTEM, "cannot set a timer: {}", std::strerror(errno));
        return patience;
    }
    /// For followAll(): an error once it is over.
    Beside source() {
        return {timer_.get(), [this]() -> Result<void> {
                    std::uint64_t times = 0;
                    over_ = over_ || (timer_ && ::read(timer_.get(), &times, sizeof times) > 0);
                    if (over_) return fail(Errc::ILLEGAL_STATE, "the time is over");
                    return {};
                }};
    }
    bool isOver() const { return over_; }

private:
    Fd timer_;
    bool over_ = false;
};

/// Prints progress on one screen, and the ends on the other. Returns 0, or the code of the first job, in the order of
/// `words`, that did not end well; `waits` if one has not ended after `most`.
int followed(const std::vector<std::string>& words, const Screen& way, const Screen& end,
             std::optional<Duration> most = std::nullopt) {
    const auto failed = [&](const std::string& text, const Error& error) {
        return failOfLookUp(end, fmt::format("cannot follow {}", printable(text)), error);
    };
    auto signals = Signals::open();
    if (!signals.ok()) return failed(words.front(), signals.error());
    auto patience = Patience::of(most);
    if (!patience.ok()) return failed(words.front(), patience.error());
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
    std::vector<bool> open(places.size(), true);
    const Ended onEnd = [&](std::size_t which, const Result<JobView>& job) {
        open[which] = false;
        if (job.ok() && end.json() && !way.json()) end.print(jsonOf(*job, Event{"ended", {}}));
        codes[places[which]] =
            job.ok() ? tellEnd(*job, reporter.seen(which), end) : failed(words[places[which]], job.error());
    };
    auto all = followAll(*daemon, std::move(jobs), reporter, *signals, way, onEnd, patience->source());
    reporter.clear();
    if (const auto left = std::ranges::find(open, true); patience->isOver() && left != open.end())
        return end.fail(ends::waits,
                        fmt::format("{} has not ended within {}; it goes on",
                                    printable(words[places[static_cast<std::size_t>(left - open.begin())]]),
                                    formatDuration(*most)));
    if (!all.ok() && !patience->isOver()) return failed(fmt::format("{}", fmt::join(words, " ")), all.error());
    if (all.ok() && all->signal) return exitCodeOfSignal(*all->signal);
    const auto bad = std::ranges::find_if(codes, [](int code) { return code != ends::ok; });
    return bad == codes.end() ? ends::ok : *bad;
}

int watch(const Arguments& given, const Screen& screen) { return followed(given.words, screen, screen); }

int wait(const Arguments& given, const Screen& screen) {
    const Screen silent{{.json = false, .plain = true, .quiet = true}};
    std::optional<Duration> most;
    if (const auto text = given.value("timeout")) {
        const auto read = parseDuration(*text);
        if (!read.ok()) return screen.fail("--timeout", read.error());
        most = std::max(*read, 1ms);
    }
    return followed(given.words, silent, screen.json() ? screen : silent, most);
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
            .about =
                "Ends as the job does: 0, or its exit code; of several, as the first that did not end well. With 75 "
                "where one has not ended within --timeout; it goes on.",
            .options = {{"--timeout", "DURATION", "wait no longer (30s, 2h)"}},
            .examples = {{"stint wait 7 && mpv film.mkv", "when it is there"}},
            .run = wait};
}

} // namespace stint::cli
