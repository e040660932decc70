// Follows one job to its end, through restarts of the daemon, until a signal says otherwise.
#pragma once
#include <functional>
#include <optional>

#include "cli/daemon/daemon.hpp"
#include "cli/follow/telling.hpp"
#include "cli/screen/signals.hpp"

namespace stint::cli {

/// How following ended: the job's end, or the signal that came first.
struct Followed {
    JobView job;
    std::optional<int> signal;
};

/// How long a daemon that went away is waited for.
inline constexpr Duration mostAbsence = 30s;

/// What else a follower looks at: `take` is called when anything has come, over `fd` or not, and once more at the end;
/// `others` with the news of other jobs that are watched over the same connection.
struct Beside {
    int fd = -1;
    std::function<Result<void>()> take = {};
    std::function<void(const JobView&)> others = {};
};

/// From `job`, its state as Daemon::watch() answered it, to its end. When the daemon goes away it is asked again until
/// it is back; `daemon` then is the new connection. Unavailable: it did not come back. IllegalArgument: it came back
/// and does not know the job.
Result<Followed> follow(Daemon& daemon, JobView job, Telling& telling, Signals& signals, const Screen& screen,
                        const Beside* beside = nullptr);

/// The job as the daemon knows it now; where its number is another's by now, its end.
Result<JobView> present(Daemon& daemon, const JobView& job);

} // namespace stint::cli
