// The speed of a job, and what was seen of it so far. Pure: times and amounts are parameters.
#pragma once
#include <deque>
#include <optional>

#include "base/time/time.hpp"
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

} // namespace stint::cli
