// Follows jobs to their ends, across restarts of the daemon, until a signal. One job is the case of many.
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "faces/control/daemon.hpp"
#include "faces/follow/progress_reporter.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli {

/// The end of following: the jobs' ends, or the signal that came first.
struct AllFollowed {
    std::vector<JobView> jobs;
    std::optional<int> signal;
};

/// The same for one job.
struct Followed {
    JobView job;
    std::optional<int> signal;
};

/// The longest wait for a daemon that went away.
inline constexpr Duration mostAbsence = 30s;

/// A further source to handle while following, as the output of what runs: `take` is called after each wake-up, by `fd`
/// or not, behind the news of that moment, before the news that a run is over, and once at the end.
struct Beside {
    int fd = -1;
    std::function<Result<void>()> take = {};
};

/// Called for each job as it ends, with its place among them; an Error where its end is not known: nobody saw it, and
/// the daemon's history does not have it any more.
using Ended = std::function<void(std::size_t which, const Result<JobView>& end)>;

/// Follows `jobs`, their states from Daemon::watch(), to their ends. If the daemon goes away, reconnects until it is
/// back, and starts one where it died and nobody else does; `daemon` then is the new connection. Unavailable: it did
/// not come back.
Result<AllFollowed> followAll(Daemon& daemon, std::vector<JobView> jobs, ProgressReporter& reporter, Signals& signals,
                              const Screen& screen, const Ended& ended, const Beside& beside = {});

/// Follows one job; an Error where its end is not known.
Result<Followed> follow(Daemon& daemon, const JobView& job, ProgressReporter& reporter, Signals& signals,
                        const Screen& screen, const Beside& beside = {});

} // namespace stint::cli
