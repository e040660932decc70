// What a person sees of a followed job: one redrawn line on a terminal, a line for each change in a log, an object for
// each change under --json. It gets each state, and tells when it wants to draw next; it reads no clock and sets no
// timer.
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

class ProgressReporter {
public:
    static constexpr Duration frame = 100ms;  ///< least time between two drawings
    static constexpr Duration countdown = 1s; ///< while it waits for a time
    static constexpr Duration unsized = 10s;  ///< between two log lines if the total is unknown

    explicit ProgressReporter(const Screen& screen) : screen_(screen) {}

    /// The job is in this state now.
    void state(const JobView& job, Moment now);
    /// When draw() is due, on the steady clock; nullopt: not before the next state.
    std::optional<Duration> nextDraw() const { return nextDraw_; }
    void draw(Moment now);
    /// Removes the drawn line before anything else is printed.
    void clear() const { screen_.clearDrawn(); }

    /// What was observed of the job so far.
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
    // While it runs: since when it was observed, and the amount then.
    std::optional<Duration> runsSince_;
    Bytes firstSeen_ = 0;
    Seen seen_;
};

} // namespace stint::cli
