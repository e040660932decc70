// Follows jobs to their ends, across restarts of the daemon, until a signal. One job is the case of many.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "faces/control/daemon.hpp"
#include "faces/follow/progress_reporter.hpp"
#include "faces/screen/signals.hpp"

namespace stint::cli {

/// How following ended: the jobs' ends, or the signal that came first.
struct AllFollowed {
    std::vector<JobView> jobs;
    std::optional<int> signal;
};

/// The same of one.
struct Followed {
    JobView job;
    std::optional<int> signal;
};

/// How long to wait for a daemon that went away.
inline constexpr Duration mostAbsence = 30s;

/// What else to handle while following: `take` is called after each wake-up, by `fd` or not, and once more at the end.
struct Beside {
    int fd = -1;
    std::function<Result<void>()> take = {};
};

/// Told of each job as it ends, by its place among them; an Error where its end is not known: it came about while the
/// daemon was away, which does not know it any more.
using Ended = std::function<void(std::size_t which, const Result<JobView>& end)>;

/// From `jobs`, their states from Daemon::watch(), to their ends. If the daemon goes away, reconnects until it is back,
/// and starts one where it died and nobody else does;
/// `daemon` then is the new connection. Unavailable: it did not come back.
Result<AllFollowed> followAll(Daemon& daemon, std::vector<JobView> jobs, ProgressReporter& reporter, Signals& signals,
                              const Screen& screen, const Ended& ended, const Beside& beside = {});

/// One job; an Error where its end is not known.
Result<Followed> follow(Daemon& daemon, const JobView& job, ProgressReporter& reporter, Signals& signals,
                        const Screen& screen, const Beside& beside = {});

/// The job as the daemon knows it now; if its number belongs to another job by now, its end.
Result<JobView> present(Daemon& daemon, const JobView& job);

} // namespace stint::cli
