// Follows one job to its end, across restarts of the daemon, until a signal.
#pragma once
#include <functional>
#include <optional>

#include "cli/daemon/daemon.hpp"
#include "cli/follow/progress_reporter.hpp"
#include "cli/screen/signals.hpp"

namespace stint::cli {

/// How following ended: the job's end, or the signal that came first.
struct Followed {
    JobView job;
    std::optional<int> signal;
};

/// How long to wait for a daemon that went away.
inline constexpr Duration mostAbsence = 30s;

/// What else to handle while following: `take` is called after each wake-up, by `fd` or not, and once more at the end;
/// `others` gets news of other watched jobs on the same connection.
struct Beside {
    int fd = -1;
    std::function<Result<void>()> take = {};
    std::function<void(const JobView&)> others = {};
};

/// From `job`, its state from Daemon::watch(), to its end. If the daemon goes away, reconnects until it is back;
/// `daemon` then is the new connection. Unavailable: it did not come back. IllegalArgument: it came back and does not
/// know the job.
Result<Followed> follow(Daemon& daemon, JobView job, ProgressReporter& reporter, Signals& signals, const Screen& screen,
                        const Beside* beside = nullptr);

/// The job as the daemon knows it now; if its number belongs to another job by now, its end.
Result<JobView> present(Daemon& daemon, const JobView& job);

} // namespace stint::cli
