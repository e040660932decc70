// The progress of one followed job: its last state, how fast it moves, and its line on a terminal. Pure: times and
// amounts are parameters.
#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "base/time/time.hpp"
#include "contract/model/view.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {

/// An amount is what is in place. A run's first amount was there before it, fetched by earlier runs, and is no part of
/// any rate.
class Meter {
public:
    static constexpr Duration window = 5s; ///< a rate is that of the last seconds
    static constexpr Duration stall = 3s;  ///< nothing is reported for this long: it stalls

    /// The job runs, and has this much in place; less than before: it began anew. `at` never goes back; its zero is
    /// arbitrary.
    void sample(Duration at, Bytes inPlace);
    /// The first amount was reported some time before `at`: a rate cannot begin with it, but with the next one.
    void cameLate() { late_ = true; }
    /// The job does not run, or has not yet reported what is in place.
    void rest(Duration at);

    bool measures() const { return !samples_.empty(); }
    /// The rate in bytes a second; 0: it stalls; nullopt: not enough was seen yet.
    std::optional<Bytes> rate(Duration now) const;
    Seen seen() const { return seen_; }

private:
    struct Sample {
        Duration at;
        Bytes inPlace;
    };
    std::deque<Sample> samples_; ///< this run's
    bool late_ = false;          ///< all samples so far came late
    Seen seen_;
};

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
