// Plays a recording (scenario.md, Recordings): the core begins with the store as it was then, is given the events of
// stintd's core, at the same times, and does the same. And a recording as it would have gone under another policy:
// events of the device and calls of apps and people come as they were recorded; each run does again what it was seen to
// do.
#pragma once
#include <deque>
#include <map>
#include <optional>

#include "contract/core/scheduler.hpp"
#include "contract/model/constants.hpp"
#include "contract/model/record.hpp"
#include "sim/judge/play.hpp"
#include "sim/scenario/scenario.hpp"
#include "stint/result.hpp"

namespace stint::sim {

/// The snapshot in the file that `from:` names, beside the recording; as a core of that boot loads it.
Result<Snapshot> snapshotOf(const Scenario& recording, const BootId& boot);

/// A core that is given what was recorded, at its times.
class RecordedCore {
public:
    RecordedCore(const Scenario& recording, Constants constants) : core(std::move(constants)), recording_(recording) {}

    /// Begins with the snapshot, or hands the event to the core, at its time. An Error is about the snapshot, or about
    /// an entry that cannot stand where it does.
    Result<Step> tell(const Entry& entry, const action::Recorded& recorded);

    void advance(Instant to) { elapsed_ = std::max(elapsed_, to); }
    /// Sets the wall clock where the entry says so.
    void read(const action::Recorded& recorded);
    Instant at(Duration sinceZero) const { return zero_ + sinceZero; }
    Now now() const { return {elapsed_, WallTime(elapsed_.time_since_epoch() + ahead_)}; }
    Error problem(const Entry& entry, std::string_view what) const;

    Scheduler core;

private:
    Result<Step> begin(const Entry& entry, const action::Recorded& recorded, const record::Beginning& beginning);

    const Scenario& recording_;
    Instant zero_{};
    Instant elapsed_{};
    Duration ahead_{0}; ///< the wall clock, less the elapsed time
    bool begun_ = false;
};

/// Plays a recording. An Error is about the snapshot, or about an entry that cannot stand in a recording.
Result<Played> replay(const Scenario& recording, Constants constants, const Options& options);

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
