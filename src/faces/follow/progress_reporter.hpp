// The progress of followed jobs as a person sees it: a block of redrawn lines on a terminal, a line for each change in
// a log, an object for each change under --json. One job is a block of one line. It is given each state, and says when
// it wants to draw next; it reads no clock and sets no timer.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "faces/follow/job_progress.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli {

class ProgressReporter {
public:
    static constexpr Duration frame = 100ms; ///< least time between two drawings
    static constexpr Duration unsized = 10s; ///< between two log lines if the total is unknown

    /// For so many jobs, each known by its place among them.
    explicit ProgressReporter(const Screen& screen, std::size_t jobs = 1) : screen_(screen), jobs_(jobs) {}

    /// Takes a job's state now.
    void state(std::size_t which, const JobView& job, Moment now);
    /// The time at which draw() is due, on the steady clock; nullopt: not before the next state.
    std::optional<Duration> nextDraw() const { return nextDraw_; }
    void draw(Moment now);
    /// Removes what is drawn before anything else is printed.
    void clear() const { screen_.clearDrawn(); }

    /// The observations of one job so far, and of all of them together.
    Seen seen(std::size_t which) const { return jobs_[which].progress.seen(); }
    Seen seen() const { return all_.seen(); }

private:
    struct Shown {
        JobProgress progress;
        std::string logged; ///< its last words in the log
        std::string anew;
    };
    /// A line of the block, and the number of jobs that share it.
    struct Line {
        std::string text;
        std::size_t jobs = 1;
        bool waits = false;
    };

    bool several() const { return jobs_.size() > 1; }
    std::string named(const Shown& job, std::string_view words) const;
    void tellAnew(Shown& job) const;
    void log(Shown& job, Moment now);
    void logProgress(Moment now);
    Progress total(Duration now) const;
    std::vector<std::string> block(Moment now) const;
    std::vector<Line> linesOfJobs(Moment now) const;

    const Screen& screen_;
    std::vector<Shown> jobs_;
    Meter all_; ///< what they have moved together
    std::optional<Duration> lastDraw_;
    std::optional<Duration> nextDraw_;
    std::optional<Duration> lastProgress_;
    int lastTenth_ = 0;
};

} // namespace stint::cli
