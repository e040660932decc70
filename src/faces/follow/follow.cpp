#include "faces/follow/follow.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <poll.h>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "base/time/time.hpp"
#include "faces/control/mirror.hpp"
#include "faces/control/servers.hpp"

namespace stint::cli {
namespace {

constexpr Duration firstPause = 100ms;
constexpr Duration longestPause = 2s;
constexpr Duration keepersPatience = 1s; ///< for what looks after the daemon: systemd needs 0.1 s

Moment moment() { return {steadyNow(), wallNow()}; }

/// The job itself, where `state` is what its key has now: if that is another job's by now, its end.
Result<JobView> sameJob(Daemon& daemon, JobView state, const JobView& job) {
    if (!isAnother(state, job)) return state;
    for (auto& ended : STINT_TRY(daemon.jobs(job.key.app.name, true)))
        if (ended.key == job.key && !isAnother(ended, job)) return std::move(ended);
    return fail(Errc::ILLEGAL_ARGUMENT, "it ended unseen, and its result is no longer known");
}

Result<JobView> present(Daemon& daemon, const JobView& job) {
    auto state = STINT_TRY(daemon.watch(job.key));
    return sameJob(daemon, std::move(state), job);
}

/// One following, from the jobs' first states to the last end.
class Following {
public:
    Following(Daemon& daemon, std::vector<JobView> jobs, ProgressReporter& reporter, Signals& signals,
              const Screen& screen, const Ended& ended, const Beside& beside)
        : daemon_(daemon), jobs_(std::move(jobs)), lost_(jobs_.size()), reporter_(reporter), signals_(signals),
          screen_(screen), ended_(ended), beside_(beside) {}
    Result<AllFollowed> run();

private:
    bool isOpen(std::size_t which) const { return !lost_[which] && jobs_[which].state != JobView::State::Finished; }
    bool anyOpen() const;
    Result<void> take(std::size_t which, JobView state);
    void tellEnd(std::size_t which);
    Result<void> takeOrLose(std::size_t which, Result<JobView> state);
    Result<void> takeNews();
    Result<void> takeBeside() const { return beside_.take ? beside_.take() : Result<void>(); }
    Result<std::optional<int>> turn();
    Result<void> sleep() const;
    std::optional<int> endingSignal();
    Result<std::optional<int>> rejoin();
    Result<void> joinAgain();

    Daemon& daemon_;
    std::vector<JobView> jobs_;
    std::vector<bool> lost_; ///< their ends are not known
    ProgressReporter& reporter_;
    Signals& signals_;
    const Screen& screen_;
    const Ended& ended_;
    const Beside& beside_;
};

bool Following::anyOpen() const {
    for (std::size_t i = 0; i < jobs_.size(); ++i)
        if (isOpen(i)) return true;
    return false;
}

/// The output of a run that is over was written before its end, and is told before it.
Result<void> Following::take(std::size_t which, JobView state) {
    const bool ran = jobs_[which].state == JobView::State::Running;
    if (ran && state.state != JobView::State::Running) STINT_TRY(takeBeside());
    jobs_[which] = std::move(state);
    reporter_.state(which, jobs_[which], moment());
    if (!isOpen(which)) tellEnd(which);
    return {};
}

void Following::tellEnd(std::size_t which) {
    ended_(which, jobs_[which]);
    reporter_.draw(moment()); // the report stands above the block
}

/// Unavailable: the daemon is gone, and is asked again when it is back.
Result<void> Following::takeOrLose(std::size_t which, Result<JobView> state) {
    if (state.ok()) return take(which, std::move(*state));
    if (state.error().code == Errc::UNAVAILABLE) return std::move(state).error();
    lost_[which] = true;
    ended_(which, state.error());
    return {};
}

Result<void> Following::takeNews() {
    for (auto& news : STINT_TRY(daemon_.takeNews())) {
        auto* state = std::get_if<JobView>(&news);
        if (!state) continue;
        for (std::size_t i = 0; i < jobs_.size(); ++i) {
            if (!isOpen(i) || state->key != jobs_[i].key) continue;
            STINT_TRY(takeOrLose(i, sameJob(daemon_, std::move(*state), jobs_[i])));
            break;
        }
    }
    return {};
}

/// Sleeps until something arrives or is due.
Result<void> Following::sleep() const {
    std::optional<Duration> draw;
    if (auto due = reporter_.nextDraw()) draw = *due - steadyNow();
    std::array<pollfd, 3> watched{{{daemon_.fd(), daemon_.events(), 0},
                                   {signals_.fd(), POLLIN, 0},
                                   {beside_.fd, POLLIN, 0}}}; // poll() ignores -1
    if (::poll(watched.data(), watched.size(), pollTimeout(earlier(draw, daemon_.timeout()))) < 0 && errno != EINTR)
        return fail(Errc::SYSTEM, "cannot wait for news: {}", std::strerror(errno));
    return {};
}

/// The first signal that ends following; a resized window is only drawn anew.
std::optional<int> Following::endingSignal() {
    while (auto signal = signals_.take()) {
        if (*signal != SIGWINCH) return signal;
        reporter_.draw(moment());
    }
    return std::nullopt;
}

/// Reconnects, and takes the open jobs' states from the new daemon.
Result<void> Following::joinAgain() {
    auto back = STINT_TRY(Daemon::connectIfThere());
    std::vector<std::pair<std::size_t, Result<JobView>>> states;
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
        if (!isOpen(i)) continue;
        auto state = present(back, jobs_[i]);
        if (!state.ok() && state.error().code == Errc::UNAVAILABLE) return std::move(state).error();
        states.emplace_back(i, std::move(state));
    }
    daemon_ = std::move(back);
    screen_.tell("stintd is back");
    for (auto& [which, state] : states)
        STINT_TRY(takeOrLose(which, std::move(state)));
    return {};
}

/// The daemon is gone: tries to reconnect, with growing pauses; returns the signal that came first, if one did. A
/// daemon that died, and that nothing restarts at once, is started here, as by any verb; one that was asked to end is
/// not.
Result<std::optional<int>> Following::rejoin() {
    screen_.tell("stintd is gone; waiting for it to come back");
    bool mayStart = mayStartDaemon();
    Duration pause = firstPause;
    for (Duration waited{0}; waited < mostAbsence; waited += pause, pause = std::min(pause * 2, longestPause)) {
        if (waited >= keepersPatience && mayStart && daemonDied()) {
            mayStart = false;
            if (const auto started = startDaemon(screen_); !started.ok()) screen_.warn(started.error().message);
        }
        pollfd watched{signals_.fd(), POLLIN, 0};
        ::poll(&watched, 1, pollTimeout(pause)); // a resized window only shortens it
        if (auto signal = endingSignal()) return signal;
        auto joined = joinAgain();
        if (joined.ok()) return std::optional<int>();
        if (joined.error().code != Errc::UNAVAILABLE) return std::move(joined).error();
    }
    return fail(Errc::UNAVAILABLE, "stintd did not come back within {} s; {} when it does: `stint jobs` {}",
                mostAbsence / 1s, jobs_.size() == 1 ? "the job goes on" : "the jobs go on",
                mayStartDaemon() ? "starts it" : "says how to start it");
}

/// One turn, from a sleep to the next; returns the signal that ends following.
Result<std::optional<int>> Following::turn() {
    if (auto due = reporter_.nextDraw(); due && *due <= steadyNow()) reporter_.draw(moment());
    STINT_TRY(sleep());
    if (auto signal = endingSignal()) return signal;
    auto taken = takeNews();
    STINT_TRY(takeBeside());
    if (taken.ok()) return std::optional<int>();
    if (taken.error().code != Errc::UNAVAILABLE) return std::move(taken).error();
    return rejoin();
}

Result<AllFollowed> Following::run() {
    for (std::size_t i = 0; i < jobs_.size(); ++i) // all of them, before the block is drawn beside the first end
        reporter_.state(i, jobs_[i], moment());
    for (std::size_t i = 0; i < jobs_.size(); ++i)
        if (!isOpen(i)) tellEnd(i);
    while (anyOpen())
        if (auto signal = STINT_TRY(turn())) return AllFollowed{std::move(jobs_), signal};
    reporter_.clear();
    STINT_TRY(takeBeside());
    return AllFollowed{std::move(jobs_), std::nullopt};
}

} // namespace

Result<AllFollowed> followAll(Daemon& daemon, std::vector<JobView> jobs, ProgressReporter& reporter, Signals& signals,
                              const Screen& screen, const Ended& ended, const Beside& beside) {
    return Following(daemon, std::move(jobs), reporter, signals, screen, ended, beside).run();
}

Result<Followed> follow(Daemon& daemon, const JobView& job, ProgressReporter& reporter, Signals& signals,
                        const Screen& screen, const Beside& beside) {
    std::optional<Error> lost;
    const Ended ended = [&lost](std::size_t, const Result<JobView>& end) {
        if (!end.ok()) lost = end.error();
    };
    auto all = STINT_TRY(followAll(daemon, {job}, reporter, signals, screen, ended, beside));
    if (lost) return *std::move(lost);
    return Followed{std::move(all.jobs.front()), all.signal};
}

} // namespace stint::cli
