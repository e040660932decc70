// The daemon while `stint top` looks at it: news of every job, its death, and its return, which is told by the kernel:
// the daemon moves its socket into the runtime directory, and that is watched. Nothing is polled.
#pragma once
#include <optional>
#include <vector>

#include <poll.h>

#include "base/unix/fd.hpp"
#include "faces/control/daemon.hpp"

namespace stint::cli::top {

class Link {
public:
    /// To the daemon, which is started where none listens.
    static Result<Link> open(const Screen& screen);

    /// nullptr: it is away.
    Daemon* daemon() { return daemon_ ? &*daemon_ : nullptr; }
    /// What to wait for, and no longer than this.
    pollfd watched() const;
    std::optional<Duration> timeout() const { return daemon_ ? daemon_->timeout() : std::nullopt; }

    /// All jobs as they are; news follow, and once of these lists that have changed since: of further ones after the
    /// next call. From here on it is there. Unavailable: it is not.
    Result<std::vector<JobView>> join(Topics lists);
    /// What has come since. Unavailable: it has gone, and is looked out for from now on.
    Result<std::vector<News>> takeNews();
    /// It may be back: what was watched has changed.
    void takeReturn();
    void leave() { daemon_.reset(); }

private:
    explicit Link(Fd watch) : watch_(std::move(watch)) {}
    void watchDirectory();

    Fd watch_; ///< inotify
    std::optional<Daemon> daemon_;
};

} // namespace stint::cli::top
