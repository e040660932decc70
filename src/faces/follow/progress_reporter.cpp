#include "faces/follow/follow.hpp"

#include <algorithm>
#include <numeric>
#include <span>

#include "faces/screen/text.hpp"
#include "faces/views/json.hpp"

namespace stint::cli {

void ProgressReporter::state(std::size_t which, const JobView& job, Moment now) {
    Shown& shown = jobs_[which];
    shown.progress.state(job, now);
    Bytes moved = 0;
    for (const Shown& one : jobs_)
        moved += one.progress.seen().moved;
    const bool any = std::ranges::any_of(jobs_, [](const Shown& one) { return one.progress.executes(); });
    if (any || all_.measures()) all_.sample(now.steady, moved);
    if (!any) all_.rest(now.steady);

    if (screen_.json()) {
        std::string line = jsonOf(job, Event{shown.progress.over() ? "ended" : "state", {}});
        if (line != shown.logged) screen_.print(line);
        shown.logged = std::move(line);
        return;
    }
    tellAnew(shown);
    if (screen_.redraws())
        nextDraw_ = lastDraw_ ? std::max(now.steady, *lastDraw_ + frame) : now.steady;
    else
        log(shown, now);
}

/// The words, behind the job's label where it is one of several.
std::string ProgressReporter::named(const Shown& job, std::string_view words) const {
    if (!several()) return std::string(words);
    return fmt::format("{}: {}", printable(job.progress.job().label), words);
}

/// Reports that a transfer began anew: it must not look like a failed one.
void ProgressReporter::tellAnew(Shown& job) const {
    std::string anew = anewOf(job.progress.job());
    if (anew.empty() || anew == job.anew) return;
    screen_.tell(named(job, anew));
    job.anew = std::move(anew);
}

Progress ProgressReporter::total(Duration now) const {
    if (!several()) return jobs_.front().progress.progress(now);
    const auto ended = std::ranges::count_if(jobs_, [](const Shown& one) { return one.progress.over(); });
    Progress sum{.label = fmt::format("{} of {} ended", ended, jobs_.size()), .total = 0, .rate = all_.rate(now)};
    for (const Shown& one : jobs_) {
        const Progress part = one.progress.progress(now);
        sum.done += part.done;
        sum.total = sum.total == NETWORK_BYTES_UNKNOWN || part.total == NETWORK_BYTES_UNKNOWN ? NETWORK_BYTES_UNKNOWN
                                                                                              : sum.total + part.total;
    }
    return sum;
}

void ProgressReporter::draw(Moment now) {
    nextDraw_.reset();
    if (!screen_.redraws()) return;
    if (std::ranges::all_of(jobs_, [](const Shown& one) { return one.progress.over(); })) return;
    screen_.redraw(block(now));
    lastDraw_ = now.steady;
    for (const Shown& one : jobs_)
        if (const auto next = one.progress.changes(now)) nextDraw_ = std::min(nextDraw_.value_or(*next), *next);
}

/// A line for each job that moves; jobs that wait for the same share one.
std::vector<ProgressReporter::Line> ProgressReporter::linesOfJobs(Moment now) const {
    const std::size_t columns = screen_.columns();
    std::size_t labelColumns = 0;
    for (const Shown& one : jobs_)
        if (!one.progress.over())
            labelColumns = std::max(labelColumns, widthOf(shownLabel(one.progress.job().label, columns)));
    std::vector<Line> moving, waiting;
    std::vector<std::string> reasons; // the reason of each line of `waiting`
    for (const Shown& one : jobs_) {
        if (one.progress.over()) continue;
        Line line{one.progress.line(now, columns, labelColumns, !several())};
        if (!one.progress.waits()) {
            moving.push_back(std::move(line));
            continue;
        }
        line.waits = true;
        std::string reason = waitingText(one.progress.job(), now.wall);
        const auto known = std::ranges::find(reasons, reason);
        if (known == reasons.end()) {
            waiting.push_back(std::move(line));
            reasons.push_back(std::move(reason));
            continue;
        }
        Line& shared = waiting[static_cast<std::size_t>(known - reasons.begin())];
        shared.text = shortened(fmt::format("{} {}", ++shared.jobs, *known), columns - 1);
    }
    moving.insert(moving.end(), waiting.begin(), waiting.end());
    return moving;
}

/// The lines to draw: never more than the terminal has, the rest is counted.
std::vector<std::string> ProgressReporter::block(Moment now) const {
    const std::vector<Line> lines = linesOfJobs(now);
    std::vector<std::string> texts;
    for (const Line& line : lines)
        texts.push_back(line.text);
    if (!several()) return texts;
    const std::size_t room = std::max<std::size_t>(screen_.rows(), 3) - 2; // the total's line; one stays free
    if (lines.size() > room) {
        const auto hidden = std::span(lines).subspan(room - 1);
        const auto jobs = std::accumulate(hidden.begin(), hidden.end(), std::size_t{0},
                                          [](std::size_t sum, const Line& line) { return sum + line.jobs; });
        const bool wait = std::ranges::all_of(hidden, &Line::waits);
        texts.resize(room - 1);
        texts.push_back(shortened(fmt::format("and {} more{}", jobs, wait ? jobs == 1 ? " waits" : " wait" : ""),
                                  screen_.columns() - 1));
    }
    texts.push_back(progressLine(total(now.steady), screen_.columns()));
    return texts;
}

/// Logs one line for each change of a job's state, and while jobs run one for each tenth of the total. Of several jobs,
/// no line says that one begins.
void ProgressReporter::log(Shown& job, Moment now) {
    const JobProgress& progress = job.progress;
    if (progress.over()) return;
    const std::string words =
        progress.waits() ? "waiting: " + waitsText(progress.job()) : std::string(stateWord(progress.job()));
    const bool begins = several() && !progress.waits() && !job.logged.starts_with("waiting: ");
    if (words == job.logged || begins) return logProgress(now);
    screen_.tell(named(job, progress.waits() ? waitingText(progress.job(), now.wall) : words));
    job.logged = words;
    lastProgress_ = now.steady;
}

void ProgressReporter::logProgress(Moment now) {
    if (std::ranges::none_of(jobs_, [](const Shown& one) { return one.progress.executes(); })) return;
    const Progress sum = total(now.steady);
    const auto percent = percentOf(sum);
    if (!lastProgress_) lastProgress_ = now.steady;
    const bool due = percent ? *percent / 10 != lastTenth_ : now.steady - *lastProgress_ >= unsized;
    if (!due) return;
    screen_.tell(several() ? fmt::format("{}  {}", sum.label, progressText(sum)) : progressText(sum));
    lastTenth_ = percent ? *percent / 10 : 0;
    lastProgress_ = now.steady;
}

} // namespace stint::cli
