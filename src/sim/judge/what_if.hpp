// A recording as it would have gone under another policy (scenario.md, Recordings): events of the device and calls of
// apps and people come as they were recorded; each run does again what it was seen to do.
#pragma once
#include <deque>
#include <map>
#include <optional>

#include "contract/core/scheduler.hpp"
#include "contract/model/constants.hpp"
#include "sim/judge/play.hpp"

namespace stint::sim {

/// The work of a job from its start, or from its last report, to the next: over all runs that it took.
struct SeenWork {
    Duration connects{0}; ///< the time that its service took to connect, the last time
    Duration took{0};
    Bytes moved = 0;
    bool reported = false; ///< else it was still at it when the recording ended
    bool again = false;    ///< it asked to be run again
};

/// Learns from one core what each job did, and has it done again for another.
class RecordedJobs {
public:
    // For a core that is given what was recorded: each event, and its effects.

    void see(const Event& event, Now now);
    void see(const Effect& effect, Now now);
    /// The recording has ended.
    void seenAll(Now now);

    // For another core.

    /// The work that the job is to do next: after the last that was seen, the same again; none for a job that was never
    /// seen.
    SeenWork next(const JobKey& job);

private:
    struct Run {
        JobKey key;
        Instant bound;
        std::optional<Instant> began;
        Bytes moved = 0;
    };

    void over(std::map<RunId, Run>::iterator run, Now now, std::optional<bool> again);

    std::map<RunId, Run> runs_;
    std::map<JobKey, std::deque<SeenWork>> works_;
    std::map<JobKey, SeenWork> open_; ///< not reported yet
};

/// Plays a recording under `other` constants; `seen` are those that it was made under. An Error is replay()'s.
Result<Played> whatIf(const Scenario& recording, const Constants& seen, const Constants& other);

} // namespace stint::sim
