#include "faces/cli/top/changes.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

#include <unistd.h>

#include <fmt/core.h>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "base/unix/inotify.hpp"
#include "faces/control/lookup.hpp"
#include "faces/follow/job_progress.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/views/json.hpp"
#include "faces/views/phrases.hpp"
#include "link/wire/connect.hpp"

namespace stint::cli::top {

Result<Link> Link::open(const Screen& screen) {
    Fd watch = openInotify();
    if (!watch) return fail(Errc::SYSTEM, "cannot look out for stintd: {}", std::strerror(errno));
    Link link(std::move(watch));
    link.daemon_ = STINT_TRY(Daemon::connect(screen));
    link.watchDirectory();
    return link;
}

/// Watches the directory and the one above, which reports when a missing one appears. Watching it again changes
/// nothing.
void Link::watchDirectory() {
    const auto directory = wire::runtimeDirectory(false);
    if (!directory.ok()) return;
    ::inotify_add_watch(watch_.get(), directory->parent_path().c_str(), IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
    ::inotify_add_watch(watch_.get(), directory->c_str(), IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
}

pollfd Link::watched() const {
    if (daemon_) return {daemon_->fd(), daemon_->events(), 0};
    return {watch_.get(), POLLIN, 0};
}

Result<void> Link::catchUp(Mirror& mirror, Topics lists) {
    if (!daemon_) daemon_ = STINT_TRY(Daemon::connectIfThere());
    if (std::exchange(isNew_, false)) mirror.begin(lists);
    mirror.follow(lists);
    if (mirror.wantsNews()) {
        STINT_TRY(daemon_->watchEverything(lists));
        mirror.newsAsked();
    }
    if (!mirror.stale().has(Topic::Jobs)) return {};
    mirror.reading(Topic::Jobs);
    const auto page = STINT_TRY(daemon_->jobs(std::nullopt, false));
    mirror.page(page, false);
    return takeNews(mirror);
}

Result<void> Link::takeNews(Mirror& mirror) {
    const auto news = daemon_->takeNews();
    if (!news.ok()) {
        if (news.error().code == Errc::UNAVAILABLE) {
            leave();
            watchDirectory();
        }
        return news.error();
    }
    for (const News& each : *news) {
        if (const auto* job = std::get_if<JobView>(&each)) mirror.take(*job);
        if (const auto* changed = std::get_if<ListsChanged>(&each)) mirror.take(changed->topics);
    }
    mirror.settle();
    return {};
}

void Link::leave() {
    daemon_.reset();
    isNew_ = true;
}

void Link::takeReturn() {
    dropEvents(watch_);
    watchDirectory();
}

namespace {

/// A job as it was last printed.
struct Shown {
    JobProgress progress;
    std::string words;
    int tenth = 0;
};

std::string changeWords(const JobView& job) {
    switch (job.state) {
    case JobView::State::Pending:
        return fmt::format("{}: {}", stateWord(job), waitsText(job));
    case JobView::State::Running:
        return job.guarded.empty() ? std::string(stateWord(job)) : fmt::format("{}: {}", job.guarded, job.waitsFor);
    case JobView::State::Finished:
        break;
    }
    return job.completed ? fmt::format("{}: {}", stateWord(job), endText(*job.completed)) : "gone";
}

class Printer {
public:
    explicit Printer(const Screen& screen) : screen_(screen) {}

    void begin() const {
        if (shown_.empty() && !screen_.json()) screen_.print("no job runs, and none waits");
    }

    void take(const JobView& job) {
        const bool over = job.state == JobView::State::Finished;
        Shown& shown = shown_[job.key];
        if (screen_.json()) {
            std::string line = jsonOf(job, Event{over ? "ended" : "state", {}});
            if (line != shown.words) screen_.print(line);
            shown.words = std::move(line);
            if (over) shown_.erase(job.key);
            return;
        }
        shown.progress.state(job, {steadyNow(), wallNow()});
        if (std::string words = changeWords(job); words != shown.words) {
            line(job, words);
            shown.words = std::move(words);
        } else if (shown.progress.executes()) {
            tellProgress(job, shown);
        }
        if (over) shown_.erase(job.key);
    }

private:
    void line(const JobView& job, const std::string& words) const {
        const std::string name = shortTextOf(job.key);
        screen_.print(job.label.empty() ? fmt::format("{}: {}", name, words)
                                        : fmt::format("{} ({}): {}", name, job.label, words));
    }

    /// Prints one line for each tenth of the way, and no more: a screen reader reads it aloud.
    void tellProgress(const JobView& job, Shown& shown) const {
        const Progress progress = shown.progress.progress(steadyNow());
        const int tenth = percentOf(progress).value_or(0) / 10;
        if (tenth > shown.tenth) line(job, progressText(progress));
        shown.tenth = tenth;
    }

    const Screen& screen_;
    std::map<JobKey, Shown> shown_;
};

constexpr const char* gone = "stintd is gone; waiting for it to come back";

} // namespace

int printChanges(Link& link, Signals& signals, const Screen& screen) {
    Printer printer(screen);
    Mirror mirror([&printer](Mirror::Change, const JobView& job) { printer.take(job); });
    bool begun = false, isThere = true;
    for (;;) {
        Result<void> done;
        if (!link.daemon() || mirror.isBehind()) done = link.catchUp(mirror, Topic::Jobs);
        if (done.ok() && !std::exchange(begun, true)) printer.begin();
        const auto left = link.timeout();
        std::array<pollfd, 3> watched{link.watched(), pollfd{signals.fd(), POLLIN, 0}, pollfd{STDOUT_FILENO, 0, 0}};
        const bool isIdle = done.ok() && !mirror.isBehind() && (!left || *left > 0ms);
        if (!link.daemon() || isIdle) ::poll(watched.data(), watched.size(), pollTimeout(left));
        while (const auto signal = signals.take())
            if (*signal != SIGWINCH) return exitCodeOfSignal(*signal);
        if (watched[2].revents != 0) return ends::ok; // nobody reads stdout
        if (!link.daemon())
            link.takeReturn();
        else if (done.ok())
            done = link.takeNews(mirror);
        if (!done.ok() && done.error().code != Errc::UNAVAILABLE) return screen.fail("cannot watch jobs", done.error());
        if (!done.ok()) link.leave();
        if (std::exchange(isThere, done.ok()) && !isThere) screen.tell(gone);
    }
}

} // namespace stint::cli::top
