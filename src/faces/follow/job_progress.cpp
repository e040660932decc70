#include "faces/follow/job_progress.hpp"

#include <algorithm>

#include "faces/screen/text.hpp"

namespace stint::cli {

void Meter::sample(Duration at, Bytes inPlace) {
    if (!samples_.empty() && inPlace < samples_.back().inPlace) rest(at);
    if (!samples_.empty()) {
        seen_.ran += at - samples_.back().at;
        seen_.moved += inPlace - samples_.back().inPlace;
    }
    if (late_ && !samples_.empty() && inPlace != samples_.back().inPlace) {
        samples_.clear();
        late_ = false;
    }
    samples_.push_back({at, inPlace});
    // Keep one sample older than the window, so that the rate covers a whole window.
    while (samples_.size() > 2 && samples_[1].at <= at - window)
        samples_.pop_front();
}

void Meter::rest(Duration at) {
    if (!samples_.empty()) seen_.ran += at - samples_.back().at;
    samples_.clear();
    late_ = false;
}

std::optional<Bytes> Meter::rate(Duration now) const {
    if (samples_.size() < 2) return std::nullopt;
    if (now - samples_.back().at >= stall) return 0;
    const Duration span = samples_.back().at - samples_.front().at;
    const Bytes moved = samples_.back().inPlace - samples_.front().inPlace;
    if (span < (moved > 0 ? 500ms : stall)) return std::nullopt;
    return moved * 1000 / span.count();
}

namespace {

constexpr Duration countdown = 1s; ///< between two drawings while it waits for a time

/// True once the app has reported how far it is; until then, what was in place before this run is not known.
bool tellsAmount(const JobView& job) {
    if (progressOf(job).done > 0) return true;
    if (!job.notification) return false;
    const auto& shown = job.notification->getProgress();
    return shown.maximum > 0 || shown.indeterminate;
}

} // namespace

void JobProgress::state(const JobView& job, Moment now) {
    const bool first = job_.key == JobKey{};
    job_ = job;
    const Progress reported = progressOf(job);
    const bool tells = executes() && tellsAmount(job);
    if (tells) last_ = reported;
    if (last_.total == NETWORK_BYTES_UNKNOWN) last_.total = reported.total;
    if (over()) last_.total = last_.done = std::max(last_.done, reported.done);
    if (tells || (over() && meter_.measures())) meter_.sample(now.steady, last_.done);
    if (!tells) meter_.rest(now.steady);
    if (tells && first && reported.done > 0) meter_.cameLate(); // nobody knows when it was reported
}

Progress JobProgress::progress(Duration now) const {
    Progress progress = last_;
    progress.label = job_.label;
    progress.rate = executes() ? meter_.rate(now) : std::nullopt;
    return progress;
}

std::string JobProgress::line(Moment now, std::size_t columns, std::size_t labelColumns, bool alone) const {
    if (meter_.measures()) {
        auto shown = progress(now.steady);
        shown.labelColumns = labelColumns;
        return progressLine(shown, columns);
    }
    const std::string words = waits() ? waitingText(job_, now.wall) : std::string(stateWord(job_));
    if (alone && waits()) return shortened(words, columns - 1);
    if (alone) {
        const std::size_t room = columns - std::min(columns, 1 + columnGap.size() + widthOf(words));
        return shortened(fmt::format("{}{}{}", shortened(printable(job_.label), room), columnGap, words), columns - 1);
    }
    return shortened(fmt::format("{}  {}", padRight(shownLabel(job_.label, columns), labelColumns), words),
                     columns - 1);
}

std::optional<Duration> JobProgress::changes(Moment now) const {
    if (waits() && job_.earliest && *job_.earliest > now.wall) return now.steady + countdown;
    if (executes() && meter_.rate(now.steady).value_or(0) > 0) return now.steady + Meter::stall;
    return std::nullopt;
}

} // namespace stint::cli
