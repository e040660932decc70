// What the jobs of a recording were seen to do, and doing it again under another policy.
#pragma once
#include <deque>
#include <map>
#include <optional>

#include "contract/core/scheduler.hpp"

namespace stint::sim {

/// The work of a job from its start, or from its last report, to the next: over all runs that it took.
struct SeenWork {
    Duration connects{0}; ///< how long its service took to be there, the last time
    Duration took{0};
    Bytes moved = 0;
    bool reported = false; ///< else it was still at it when the recording ended
    bool again = false;    ///< it asked to be run again
};

class RecordedJobs {
public:
    // Of a core that is told what was recorded: each event, and what came of it.

    void see(const Event& event, Now now);
    void see(const Effect& effect, Now now);
    /// The recording has ended.
    void seenAll(Now now);

    // Of another core.

    /// What the job is to do next. What was seen last it does again; of what was never seen it is done at once.
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

} // namespace stint::sim
