// What a person sees of a job that is followed: one redrawn line on a terminal, a line at each turn of events in a
// log, an object a change under --json. It is told of each state and asked when it wants to draw next; it reads no
// clock and sets no timer.
#pragma once
#include <optional>
#include <string>

#include "cli/print/phrases.hpp"
#include "cli/print/progress.hpp"
#include "cli/screen/terminal.hpp"
#include "model/view.hpp"

namespace stint::cli {

/// One moment, on both clocks.
struct Moment {
    Duration steady;
    WallTime wall;
};

class Telling {
public:
    static constexpr Duration frame = 100ms;  ///< between two drawings at least
    static constexpr Duration countdown = 1s; ///< between two while it waits for a time
    static constexpr Duration unsized = 10s;  ///< between two log lines where the total is not known

    explicit Telling(const Screen& screen) : screen_(screen) {}

    /// The job is in this state now.
    void state(const JobView& job, Moment now);
    /// When draw() is due, on the steady clock; nullopt: not before the next state.
    std::optional<Duration> nextDraw() const { return nextDraw_; }
    void draw(Moment now);
    /// Takes the drawn line away before other words are printed.
    void clear() const { screen_.clearDrawn(); }

    /// What was seen of the job's work so far.
    Seen seen() const { return seen_; }

private:
    void measure(const JobView& job, Moment now);
    void tellAnew();
    void log(Moment now);
    std::string line(Moment now) const;

    const Screen& screen_;
    std::optional<JobView> job_;
    RateMeter meter_;
    std::optional<Duration> lastDraw_;
    std::optional<Duration> nextDraw_;
    std::string lastLogged_;
    std::string lastAnew_;
    std::optional<Duration> lastProgress_;
    int lastTenth_ = 0;
    // While it runs: since when it was seen to, and from how much on.
    std::optional<Duration> runsSince_;
    Bytes firstSeen_ = 0;
    Seen seen_;
};

} // namespace stint::cli
