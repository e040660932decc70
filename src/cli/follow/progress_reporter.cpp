#include "cli/follow/progress_reporter.hpp"

#include <algorithm>

#include "cli/print/json.hpp"
#include "cli/screen/text.hpp"

namespace stint::cli {
namespace {

bool executes(const JobView& job) {
    return job.state == JobView::State::Running && job.runState == RunState::Executing;
}

} // namespace

void ProgressReporter::measure(const JobView& job, Moment now) {
    auto progress = progressOf(job);
    if (executes(job)) {
        if (!runsSince_) firstSeen_ = progress.done;
        if (!runsSince_) runsSince_ = now.steady;
        meter_.sample(now.steady, progress.done);
    } else if (runsSince_) {
        seen_.ran += now.steady - *runsSince_;
        seen_.moved += std::max<Bytes>(0, progress.done - firstSeen_);
        runsSince_.reset();
        meter_.clear();
    }
}

void ProgressReporter::state(const JobView& job, Moment now) {
    measure(job, now);
    job_ = job;
    if (screen_.json()) {
        const bool ended = job.state == JobView::State::Finished;
        std::string line = jsonOf(job, Event{ended ? "ended" : "state", {}});
        if (line != lastLogged_) screen_.print(line);
        lastLogged_ = std::move(line);
        return;
    }
    tellAnew();
    if (screen_.redraws())
        nextDraw_ = lastDraw_ ? std::max(now.steady, *lastDraw_ + frame) : now.steady;
    else
        log(now);
}

/// A restarted transfer must not look like a failed one.
void ProgressReporter::tellAnew() {
    std::string anew = anewOf(*job_);
    if (anew.empty() || anew == lastAnew_) return;
    screen_.tell(anew);
    lastAnew_ = std::move(anew);
}

void ProgressReporter::draw(Moment now) {
    nextDraw_.reset();
    if (!job_ || !screen_.redraws() || job_->state == JobView::State::Finished) return;
    screen_.redraw(line(now));
    lastDraw_ = now.steady;
    // What changes by time alone: a countdown, and a rate that drops to 0.
    if (job_->state == JobView::State::Pending && job_->earliest && *job_->earliest > now.wall)
        nextDraw_ = now.steady + countdown;
    else if (executes(*job_) && meter_.rate(now.steady).value_or(0) > 0)
        nextDraw_ = now.steady + RateMeter::stall;
}

std::string ProgressReporter::line(Moment now) const {
    const std::size_t columns = screen_.columns();
    if (job_->state == JobView::State::Pending) return shortened(waitingText(*job_, now.wall), columns - 1);
    if (!executes(*job_)) return shortened(printable(job_->label) + "  " + std::string(stateWord(*job_)), columns - 1);
    auto progress = progressOf(*job_);
    progress.rate = meter_.rate(now.steady);
    return progressLine(progress, columns);
}

/// One line for each change of state; while it runs, one for each tenth of the total.
void ProgressReporter::log(Moment now) {
    if (job_->state == JobView::State::Finished) return;
    const std::string words = job_->state == JobView::State::Pending ? "waiting: " + waitsText(*job_)
                                                                     : std::string(stateWord(*job_));
    if (words != lastLogged_) {
        screen_.tell(job_->state == JobView::State::Pending ? waitingText(*job_, now.wall) : words);
        lastLogged_ = words;
        lastProgress_ = now.steady;
        return;
    }
    if (!executes(*job_)) return;
    auto progress = progressOf(*job_);
    auto percent = percentOf(progress);
    const bool due = percent ? *percent / 10 != lastTenth_ : !lastProgress_ || now.steady - *lastProgress_ >= unsized;
    if (!due) return;
    progress.rate = meter_.rate(now.steady);
    screen_.tell(progressText(progress));
    lastTenth_ = percent ? *percent / 10 : 0;
    lastProgress_ = now.steady;
}

} // namespace stint::cli
