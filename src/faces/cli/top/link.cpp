#include "faces/cli/top/link.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/unix/inotify.hpp"
#include "link/wire/runtime_directory.hpp"

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

Result<std::vector<JobView>> Link::join(Topics lists) {
    if (!daemon_) daemon_ = STINT_TRY(Daemon::connectIfThere());
    STINT_TRY(daemon_->watchEverything(lists)); // first, so that changes during the read below are reported
    return daemon_->jobs(std::nullopt, false);
}

Result<std::vector<News>> Link::takeNews() {
    auto news = daemon_->takeNews();
    if (!news.ok() && news.error().code == Errc::UNAVAILABLE) {
        leave();
        watchDirectory();
    }
    return news;
}

void Link::takeReturn() {
    dropEvents(watch_);
    watchDirectory();
}

} // namespace stint::cli::top
