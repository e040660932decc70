// How fast a job moves, and what was seen of it so far. Pure: times and amounts are parameters.
//
// An amount counts what is in place, and a run's first one says what was there before it: that was fetched by an
// earlier run, and is no part of any rate.
#pragma once
#include <deque>
#include <optional>

#include "base/time/time.hpp"
#include "faces/views/phrases.hpp"

namespace stint::cli {

class Meter {
public:
    static constexpr Duration window = 5s; ///< a rate is that of the last seconds
    static constexpr Duration stall = 3s;  ///< nothing is heard for this long: it stalls

    /// It runs, and has so much in place; less than before: it was begun anew. `at` never goes back; its zero is
    /// arbitrary.
    void sample(Duration at, Bytes inPlace);
    /// Its first amount was said some time before `at`: it is no begin of a rate, but the next one is.
    void cameLate() { late_ = true; }
    /// It does not run, or has not yet said what is in place.
    void rest(Duration at);

    bool measures() const { return !samples_.empty(); }
    /// Bytes a second; 0: it stalls; nullopt until enough was seen to say.
    std::optional<Bytes> rate(Duration now) const;
    Seen seen() const { return seen_; }

private:
    struct Sample {
        Duration at;
        Bytes inPlace;
    };
    std::deque<Sample> samples_; ///< of this run
    bool late_ = false;          ///< and so are all of them
    Seen seen_;
};

} // namespace stint::cli
