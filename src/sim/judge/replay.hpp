// Plays a recording (scenario.md, Recordings): the core begins with the store as it was then, is given the events of
// stintd's core, at the same times, and does the same.
#pragma once
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

} // namespace stint::sim
