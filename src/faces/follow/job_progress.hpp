// The progress of one followed job: its last state, how fast it moves, and its line on a terminal.
#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "contract/model/view.hpp"
#include "faces/follow/meter.hpp"
#include "faces/views/progress.hpp"

namespace stint::cli {

/// One moment, on both clocks.
struct Moment {
    Duration steady;
    WallTime wall;
};

class JobProgress {
public:
    /// Takes the job's state now.
    void state(const JobView& job, Moment now);

    const JobView& job() const { return job_; }
    bool executes() const { return job_.state == JobView::State::Running && job_.runState == RunState::Executing; }
    bool waits() const { return job_.state == JobView::State::Pending; }
    bool over() const { return job_.state == JobView::State::Finished; }

    /// The part that is done; while it waits, the part that was done before.
    Progress progress(Duration now) const;
    Seen seen() const { return meter_.seen(); }
    /// Its line on a terminal; `alone`: no other job's is beside it.
    std::string line(Moment now, std::size_t columns, std::size_t labelColumns, bool alone) const;
    /// The time at which its line changes by time alone: a countdown, or a rate that drops to 0.
    std::optional<Duration> changes(Moment now) const;

private:
    JobView job_;
    Progress last_;
    Meter meter_;
};

} // namespace stint::cli
