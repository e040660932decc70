#include "cli/follow/follow.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <poll.h>

#include "base/clock.hpp"
#include "base/fail.hpp"
#include "base/time.hpp"
#include "base/try.hpp"

namespace stint::cli {
namespace {

constexpr Duration firstPause = 100ms;
constexpr Duration longestPause = 2s;

Moment moment() { return {steadyNow(), wallNow()}; }

int pollTime(std::optional<Duration> wait) {
    if (!wait) return -1;
    return static_cast<int>(std::clamp<Duration>(*wait, 0ms, 1h).count());
}

/// The first signal that ends it; a resized window only redraws the line.
std::optional<int> endingSignal(Signals& signals, ProgressReporter& reporter) {
    while (auto signal = signals.take()) {
        if (*signal != SIGWINCH) return signal;
        reporter.draw(moment());
    }
    return std::nullopt;
}

/// Sleeps until something arrives or is due.
Result<void> sleep(const Daemon& daemon, const ProgressReporter& reporter, const Signals& signals,
                   const Beside* beside) {
    std::optional<Duration> draw;
    if (auto due = reporter.nextDraw()) draw = std::max(0ms, *due - steadyNow());
    const int besideFd = beside ? beside->fd : -1; // poll() ignores that
    std::array<pollfd, 3> watched{
        {{daemon.fd(), daemon.events(), 0}, {signals.fd(), POLLIN, 0}, {besideFd, POLLIN, 0}}};
    if (::poll(watched.data(), watched.size(), pollTime(earlier(draw, daemon.timeout()))) < 0 && errno != EINTR)
        return fail(Errc::System, "cannot wait for news: {}", std::strerror(errno));
    return {};
}

/// A number is reused once its job has ended: a job of this key scheduled at another time is another job.
bool isAnother(const JobView& now, const JobView& before) {
    return now.state != JobView::State::Finished && before.scheduled != WallTime{} && now.scheduled != before.scheduled;
}

/// Handles the news; returns the job's state after them. Once it has ended, its key may be another job's.
Result<JobView> takeState(Daemon& daemon, JobView job, ProgressReporter& reporter, const Beside* beside) {
    for (auto& news : STINT_TRY(daemon.takeNews())) {
        auto* state = std::get_if<JobView>(&news);
        if (!state) continue;
        if (state->key == job.key && job.state != JobView::State::Finished && !isAnother(*state, job)) {
            job = std::move(*state);
            reporter.state(job, moment());
        } else if (beside && beside->others) {
            beside->others(*state);
        }
    }
    return job;
}

/// The newest end of a job of this key.
Result<JobView> endOf(Daemon& daemon, const JobKey& key) {
    for (auto& job : STINT_TRY(daemon.jobs(key.app.name, true)))
        if (job.key == key) return std::move(job);
    return fail(Errc::IllegalArgument, "it ended while stintd was away, and its result is no longer known");
}

/// Reconnects; the job as the new daemon knows it.
Result<JobView> joinAgain(Daemon& daemon, const JobView& job) {
    auto back = STINT_TRY(Daemon::connectIfThere());
    auto state = STINT_TRY(present(back, job));
    daemon = std::move(back);
    return state;
}

/// Sleeps for `pause`, or until a signal; a resized window only shortens it.
std::optional<int> signalWithin(Duration pause, Signals& signals, ProgressReporter& reporter) {
    pollfd watched{signals.fd(), POLLIN, 0};
    ::poll(&watched, 1, pollTime(pause));
    return endingSignal(signals, reporter);
}

/// The daemon is gone: tries to reconnect, with growing pauses.
Result<Followed> rejoin(Daemon& daemon, const JobView& job, ProgressReporter& reporter, Signals& signals,
                        const Screen& screen) {
    screen.tell("stintd is gone; waiting for it to come back");
    Duration pause = firstPause;
    for (Duration waited{0}; waited < mostAbsence; waited += pause, pause = std::min(pause * 2, longestPause)) {
        if (auto signal = signalWithin(pause, signals, reporter)) return Followed{job, signal};
        auto state = joinAgain(daemon, job);
        if (state.ok()) {
            screen.tell("stintd is back");
            reporter.state(*state, moment());
            return Followed{std::move(*state), std::nullopt};
        }
        if (state.error().code != Errc::Unavailable) return std::move(state).error();
    }
    return fail(Errc::Unavailable, "stintd did not come back within {} s; the job goes on when it does",
                mostAbsence / 1s);
}

} // namespace

Result<JobView> present(Daemon& daemon, const JobView& job) {
    auto state = STINT_TRY(daemon.watch(job.key));
    if (isAnother(state, job)) state = STINT_TRY(endOf(daemon, job.key));
    return state;
}

Result<Followed> follow(Daemon& daemon, JobView job, ProgressReporter& reporter, Signals& signals, const Screen& screen,
                        const Beside* beside) {
    reporter.state(job, moment());
    while (job.state != JobView::State::Finished) {
        if (auto due = reporter.nextDraw(); due && *due <= steadyNow()) reporter.draw(moment());
        STINT_TRY(sleep(daemon, reporter, signals, beside));
        if (beside && beside->take) STINT_TRY(beside->take());
        if (auto signal = endingSignal(signals, reporter)) return Followed{job, signal};
        auto next = takeState(daemon, job, reporter, beside);
        if (next.ok()) {
            job = std::move(*next);
            continue;
        }
        if (next.error().code != Errc::Unavailable) return std::move(next).error();
        auto again = STINT_TRY(rejoin(daemon, job, reporter, signals, screen));
        if (again.signal) return again;
        job = std::move(again.job);
    }
    reporter.clear();
    if (beside && beside->take) STINT_TRY(beside->take()); // output that was written before the job's end
    return Followed{std::move(job), std::nullopt};
}

} // namespace stint::cli
