// Follows jobs to their ends, across restarts of the daemon, until a signal; and their progress meanwhile, as a person
// sees it. One job is the case of many.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "faces/control/daemon.hpp"
#include "faces/follow/job_progress.hpp"
#include "faces/screen/terminal.hpp"

namespace stint::cli {

/// The progress of followed jobs: a block of redrawn lines on a terminal, a line for each change in a log, an object
/// for each change under --json. One job is a block of one line. It is given each state, and says when it wants to draw
/// next; it reads no clock and sets no timer.
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

/// The end of following: the jobs' ends, or the signal that came first.
struct AllFollowed {
    std::vector<JobView> jobs;
    std::optional<int> signal;
};

/// The same for one job.
struct Followed {
    JobView job;
    std::optional<int> signal;
};

/// The longest wait for a daemon that went away.
inline constexpr Duration mostAbsence = 30s;

/// A further source to handle while following, as the output of what runs: `take` is called after each wake-up, by `fd`
/// or not, behind the news of that moment, before the news that a run is over, and once at the end.
struct Beside {
    int fd = -1;
    std::function<Result<void>()> take = {};
};

/// Called for each job as it ends, with its place among them; an Error where its end is not known: nobody saw it, and
/// the daemon's history does not have it any more.
using Ended = std::function<void(std::size_t which, const Result<JobView>& end)>;

/// Follows `jobs`, their states from Daemon::watch(), to their ends. If the daemon goes away, reconnects until it is
/// back, and starts one where it died and nobody else does; `daemon` then is the new connection. Unavailable: it did
/// not come back.
Result<AllFollowed> followAll(Daemon& daemon, std::vector<JobView> jobs, ProgressReporter& reporter, Signals& signals,
                              const Screen& screen, const Ended& ended, const Beside& beside = {});

/// Follows one job; an Error where its end is not known.
Result<Followed> follow(Daemon& daemon, const JobView& job, ProgressReporter& reporter, Signals& signals,
                        const Screen& screen, const Beside& beside = {});

} // namespace stint::cli
