// A core that is given a recording's events, and the time by the recording.
#pragma once
#include "contract/core/scheduler.hpp"
#include "sim/scenario/scenario.hpp"
#include "stint/result.hpp"

namespace stint::sim {

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

} // namespace stint::sim
