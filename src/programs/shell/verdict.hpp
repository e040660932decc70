// The fate of a job when a run of its command is over: pure. Exit 0 is done; any other end is tried again with
// back-off, as often as the job allows (jobs.md §4.2, §6.2).
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/cgroup/cgroup_limits.hpp"
#include "programs/spool/spool.hpp"
#include "stint/job_parameters.hpp"
#include "stint/units.hpp"

namespace stint::shell {

struct Verdict {
    bool again = false;
    Outcome outcome;
    Tally tally;
    std::string remark; ///< a line in the output; empty: none
};

/// The command has ended by itself. `status`: waitpid's; `retries`: how often a failure is tried again, nullopt:
/// without end; `met`: the limit that it met.
Verdict afterEnd(int status, Tally tally, std::optional<std::int64_t> retries, const LimitMet& met = {});

/// The command was asked to end before its limit, to save its state, and has ended: it runs again, whatever its exit
/// code.
Verdict afterSaving(Tally tally, Duration ran);

/// The command was stopped after it had run for `ran`, and runs again: its wait status means nothing. From the second
/// time at its limit on there is a hint. `userInitiated`: as it was scheduled, or runs.
Verdict afterStop(StopReason reason, Tally tally, Duration ran, bool userInitiated);

} // namespace stint::shell
