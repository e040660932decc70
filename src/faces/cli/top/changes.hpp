// The changes that `stint top` hears of: the link to the daemon, with news of every job, the daemon's death, and its
// return; and `stint top --plain` and `--json`, which print all jobs as they are, then a line for each change, in
// plain words, for screen readers and scripts.
// The daemon's return is seen by inotify: it moves its socket into the runtime directory, which is watched. Nothing is
// polled.
#pragma once
#include <optional>

#include <poll.h>

#include "base/unix/fd.hpp"
#include "faces/control/daemon.hpp"
#include "faces/control/mirror.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli::top {

/// The connection to the daemon while it is there, and a watch for its return while it is not.
class Link {
public:
    /// Connects to the daemon, which is started if none listens.
    static Result<Link> open(const Screen& screen);

    /// nullptr: it is away.
    Daemon* daemon() { return daemon_ ? &*daemon_ : nullptr; }
    /// The descriptor to wait for, and the longest wait.
    pollfd watched() const;
    std::optional<Duration> timeout() const { return daemon_ ? daemon_->timeout() : std::nullopt; }

    /// Connects if the daemon is away, asks it for news of these lists, and reads the jobs, each as the mirror wants
    /// it. Unavailable: no daemon is there.
    Result<void> catchUp(Mirror& mirror, Topics lists);
    /// Gives the mirror the news since the last call. Unavailable: the daemon is gone, and its return is watched for
    /// from now on.
    Result<void> takeNews(Mirror& mirror);
    /// Handles a change in the watched directories: the daemon may be back.
    void takeReturn();
    void leave();

private:
    explicit Link(Fd watch) : watch_(std::move(watch)) {}
    void watchDirectory();

    Fd watch_; ///< inotify
    std::optional<Daemon> daemon_;
    bool isNew_ = true; ///< nothing was asked on this connection
};

/// Prints until a signal, or until nobody reads stdout; returns the exit code.
int printChanges(Link& link, Signals& signals, const Screen& screen);

} // namespace stint::cli::top
