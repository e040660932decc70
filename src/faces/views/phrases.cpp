#include "faces/views/phrases.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

#include <absl/time/time.h>
#include <fmt/core.h>

#include "base/time/time.hpp"
#include "contract/model/reasons.hpp"
#include "contract/rules/ending.hpp"
#include "faces/screen/exit_code.hpp"
#include "faces/screen/text.hpp"

namespace stint::cli {
namespace {

constexpr std::size_t narrowestBar = 10;
constexpr std::size_t widestBar = 40;

} // namespace

std::vector<std::string> paceWords(const Progress& p) {
    std::vector<std::string> words;
    if (p.rate) words.push_back(*p.rate == 0 ? "stalled" : fmt::format("{}/s", formatSize(*p.rate)));
    if (const auto left = timeLeft(p)) words.push_back(fmt::format("{} left", roughDuration(*left)));
    return words;
}

namespace {

/// The parts of the line, in their order; the last are left out first.
std::vector<std::string> valuesOf(const Progress& p) {
    std::vector<std::string> values;
    const bool known = p.total > 0;
    if (auto percent = percentOf(p)) values.push_back(fmt::format("{:>3}%", *percent));
    values.push_back(known ? fmt::format("{} of {}", formatSize(p.done), formatSize(p.total)) : formatSize(p.done));
    if (known && p.done >= p.total) {
        values.emplace_back("finishing"); // all bytes are there, and are verified and put in place
        return values;
    }
    std::ranges::move(paceWords(p), std::back_inserter(values));
    return values;
}

std::string joined(const std::vector<std::string>& values, std::size_t count) {
    std::string line;
    for (std::size_t i = 0; i < count; ++i)
        line += (i == 0 ? "" : std::string(columnGap)) + values[i];
    return line;
}

} // namespace

std::string bar(int percent, std::size_t width) {
    std::size_t inner = width - 2;
    const std::size_t filled = inner * static_cast<std::size_t>(percent) / 100;
    std::string drawn(filled, '=');
    if (filled < inner) drawn += '>';
    return fmt::format("[{:<{}}]", drawn, inner);
}

std::optional<int> percentOf(const Progress& p) {
    if (p.total <= 0) return std::nullopt;
    if (p.done >= p.total) return 100;
    return static_cast<int>(static_cast<double>(std::max<Bytes>(p.done, 0)) * 100 / static_cast<double>(p.total));
}

std::optional<Duration> timeLeft(const Progress& p) {
    if (p.total <= 0 || !p.rate || *p.rate <= 0 || p.done >= p.total) return std::nullopt;
    return std::chrono::seconds((p.total - p.done + *p.rate - 1) / *p.rate);
}

std::string shownLabel(std::string_view label, std::size_t columns) {
    const std::size_t room = std::min<std::size_t>(30, columns / 3);
    return room < 8 ? "" : shortened(printable(label), room); // a letter or two would be useless
}

std::string progressLine(const Progress& p, std::size_t columns) {
    // The last column stays free: a terminal would wrap there.
    const std::size_t room = columns > 1 ? columns - 1 : 0;
    std::string label = shownLabel(p.label, columns);
    if (!label.empty()) label = padRight(std::move(label), p.labelColumns) + std::string(columnGap);
    const auto values = valuesOf(p);
    std::size_t count = values.size();
    while (count > 1 && widthOf(label) + widthOf(joined(values, count)) > room)
        --count;
    const std::string words = joined(values, count);
    const std::size_t used = widthOf(label) + widthOf(words);
    if (used > room) return shortened(words, room);
    auto percent = percentOf(p);
    if (label.empty() || !percent || used + 1 + narrowestBar > room) return label + words;
    // The bar follows the percentage.
    const std::size_t width = std::min(widestBar, room - used - 1);
    const std::size_t head = values[0].size();
    return fmt::format("{}{} {}{}", label, words.substr(0, head), bar(*percent, width), words.substr(head));
}

std::string progressText(const Progress& p) {
    auto values = valuesOf(p);
    return joined(values, values.size());
}

namespace {

/// True for jobs.md §4.1, STARTING: closed and not retried, for no public reason.
bool neverAnswered(const Completed& end) { return end.ending.internal == InternalReason::Anr; }

std::string_view runWord(RunState state) {
    switch (state) {
    case RunState::Binding:
    case RunState::Starting:
        return "starting";
    case RunState::Executing:
        return "running";
    case RunState::Stopping:
        return "stopping";
    }
    return "running";
}

} // namespace

std::string_view stateWord(const JobView& job) {
    switch (job.state) {
    case JobView::State::Pending:
        return job.reasons == std::vector{PENDING_JOB_REASON_UNDEFINED} ? "set aside" : "waiting";
    case JobView::State::Running:
        if (!job.guarded.empty()) return job.guarded;
        return job.runState ? runWord(*job.runState) : "running";
    case JobView::State::Finished:
        break;
    }
    if (!job.completed || job.completed->ending.reason != STOP_REASON_UNDEFINED) return "stopped";
    return exitCodeOf(*job.completed) == 0 ? "done" : "failed";
}

Paint paintOf(const JobView& job) {
    switch (job.state) {
    case JobView::State::Pending:
        return Paint::Waiting;
    case JobView::State::Running:
        return job.guarded.empty() ? Paint::Good : Paint::Waiting;
    case JobView::State::Finished:
        break;
    }
    return job.completed && exitCodeOf(*job.completed) == 0 ? Paint::Good : Paint::Bad;
}

std::string_view kindWord(JobClass kind) {
    switch (kind) {
    case JobClass::Regular:
        return "regular";
    case JobClass::Expedited:
        return "expedited";
    case JobClass::UserInitiated:
        return "user-initiated";
    }
    return "unknown";
}

std::string kindText(const JobView& job) {
    const std::string_view word = kindWord(job.kind);
    if (job.demoted) return fmt::format("{} (demoted)", word);
    if (!job.info || !job.info->isPeriodic()) return std::string(word);
    return fmt::format("{}, every {}", word, formatDuration(job.info->getPeriod()->interval));
}

std::string reasonsText(const std::vector<PendingReason>& reasons) {
    std::string text;
    for (const PendingReason reason : reasons)
        text += fmt::format("{}{} ({})", text.empty() ? "" : "; ", meaningOf(reason), nameOf(reason));
    return text.empty() ? "no known reason" : text;
}

std::string waitsText(const JobView& job) {
    if (job.reasons.empty() || job.waitsFor.empty()) return reasonsText(job.reasons);
    std::string text = fmt::format("{} ({})", printable(job.waitsFor), nameOf(job.reasons.front()));
    for (std::size_t i = 1; i < job.reasons.size(); ++i) {
        const bool isGiven = i <= job.waitsAlso.size() && !job.waitsAlso[i - 1].empty();
        text += fmt::format("; {} ({})", isGiven ? printable(job.waitsAlso[i - 1]) : meaningOf(job.reasons[i]),
                            nameOf(job.reasons[i]));
    }
    return text;
}

std::string waitingText(const JobView& job, WallTime now) {
    if (!job.earliest || *job.earliest <= now) return fmt::format("waiting: {}", waitsText(job));
    return fmt::format("waiting at least {}: {}", briefly(*job.earliest - now), waitsText(job));
}

Progress progressOf(const JobView& job) {
    Progress progress{.label = job.label, .done = job.transferredDown, .total = job.estimatedDown, .rate = {}};
    if (progress.done <= 0 && job.transferredUp > 0) {
        progress.done = job.transferredUp;
        progress.total = job.estimatedUp;
    }
    if (job.rate != NETWORK_BYTES_UNKNOWN) progress.rate = job.rate;
    if (!job.notification) return progress;
    const auto& shown = job.notification->getProgress();
    if (shown.maximum <= 0 || shown.indeterminate || shown.maximum != progress.total) return progress;
    progress.done = std::max<Bytes>(progress.done, shown.value);
    return progress;
}

std::string endText(const Completed& end) {
    if (neverAnswered(end)) return "dropped: its app did not answer when it was to start";
    const bool stopped = end.ending.reason != STOP_REASON_UNDEFINED;
    std::string text = printable(endingText(end));
    return stopped && !end.outcome.text.empty() ? fmt::format("{} ({})", text, nameOf(end.ending.reason)) : text;
}

namespace {

std::string measuredOver(Bytes size, Seen seen, std::string_view runs) {
    if (seen.ran < 100ms || seen.moved <= 0) return {};
    return fmt::format("{} in {}{}, {}/s", formatSize(size),
                       seen.ran < 1s ? formatDuration(seen.ran)
                                     : roughDuration(std::chrono::round<std::chrono::seconds>(seen.ran)),
                       runs, formatSize(seen.moved * 1000 / seen.ran.count()));
}

} // namespace

std::string measuredText(Bytes size, Seen seen) { return measuredOver(size, seen, ""); }

std::string limitsOf(const JobView& job) {
    const bool isCommand = job.key.app.name == shellPackage && job.info;
    return isCommand ? job.info->getExtras().getString("limits") : "";
}

std::string mirrorsOf(const JobView& job) {
    std::string text;
    if (job.key.app.name != transferPackage || !job.info) return text;
    for (const std::string& url : job.info->getExtras().getStringArray("mirrors"))
        text += (text.empty() ? "" : ", ") + withoutSecrets(url);
    return text;
}

std::string lastRunText(const PastRun& run, WallTime now) {
    return fmt::format("ended {}: {}", ago(run.ended, now), printable(endingText(run)));
}

namespace {

/// "200 MiB in 1min12s over 3 runs, 2.8 MiB/s": what all runs of the job have moved, over the time from the beginning
/// of the first of them to its end (jobs.md §4.7); empty: nobody knows.
std::string togetherText(const PastRun& end, Bytes size) {
    if (end.runs <= 1 || !end.firstBegan) return {};
    const Duration waited = end.ended - *end.firstBegan;
    if (waited < 1s) return {};
    return measuredOver(size, {.ran = waited, .moved = end.moved}, fmt::format(" over {} runs", end.runs));
}

} // namespace

std::string measuredEndText(const Completed& end, Seen seen) {
    std::string text = endText(end);
    const Bytes size = std::max(end.transferredDown, end.transferredUp);
    std::string measured = togetherText(end, size);
    if (measured.empty()) measured = measuredText(size, seen);
    if (measured.empty()) return text;
    const std::string bare = fmt::format("({})", formatSize(size));
    auto at = text.find(bare);
    if (at == std::string::npos) return fmt::format("{} ({})", text, measured);
    return text.replace(at, bare.size(), fmt::format("({})", measured));
}

std::string anewOf(const JobView& job) {
    if (!job.notification) return {};
    const std::string_view text = job.notification->getText();
    auto mark = text.find(" (begun anew: ");
    if (mark == std::string_view::npos || !text.ends_with(')')) return {};
    return printable(text.substr(mark + 2, text.size() - mark - 3));
}

Error withRegularInstead(Error error, JobClass wanted) {
    if (error.code == Errc::REFUSED)
        error.message += fmt::format("; without --{} it is scheduled as a regular job",
                                     wanted == JobClass::Expedited ? "expedited" : "user-initiated");
    return error;
}

int exitCodeOf(const Completed& end) {
    if (end.outcome.exitCode != 0) return end.outcome.exitCode & 0xFF;
    return end.ending.reason == STOP_REASON_UNDEFINED && !neverAnswered(end) ? ends::ok : ends::failure;
}

std::string clockText(WallTime time) {
    const absl::Time instant = absl::FromUnixMillis(time.time_since_epoch().count());
    return absl::FormatTime("%Y-%m-%d %H:%M:%S", instant, absl::LocalTimeZone());
}
std::string dayText(WallTime when, WallTime now) {
    const absl::TimeZone zone = absl::LocalTimeZone();
    const absl::Time then = absl::FromUnixMillis(when.time_since_epoch().count());
    const absl::Time today = absl::FromUnixMillis(now.time_since_epoch().count());
    const auto days = absl::ToCivilDay(then, zone) - absl::ToCivilDay(today, zone);
    constexpr int week = 7;
    const std::string_view day = days == 0                 ? "today"
                                 : days == 1               ? "tomorrow"
                                 : days > 1 && days < week ? "%A"
                                                           : "%Y-%m-%d";
    return absl::FormatTime(fmt::format("{} %H:%M", day), then, zone);
}
std::string briefly(Duration length) {
    return roughDuration(std::chrono::ceil<std::chrono::seconds>(std::max(length, Duration{0})));
}
std::string ago(WallTime then, WallTime now) { return fmt::format("{} ago", briefly(now - then)); }
std::string ahead(WallTime then, WallTime now) { return fmt::format("in {}", briefly(then - now)); }

} // namespace stint::cli
