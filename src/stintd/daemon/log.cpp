#include "stintd/daemon/log.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <memory>

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include "base/text/printable.hpp"

namespace stint {

bool LogShares::admits(std::string_view whose, Instant now) {
    auto share = shares_.find(whose);
    if (share == shares_.end()) {
        // A share that has ended and left nothing out has nothing to report, and is dropped.
        std::erase_if(shares_, [now](const auto& it) { return it.second.until <= now && it.second.lines <= most; });
        share = shares_.emplace(whose, Share{now + span}).first;
    } else if (share->second.until <= now && share->second.lines <= most) {
        share->second = {now + span};
    }
    return ++share->second.lines <= most;
}

std::vector<std::string> LogShares::leftOut(Instant now) {
    std::vector<std::string> lines;
    std::erase_if(shares_, [&](const auto& it) {
        const auto& [whose, share] = it;
        if (share.until > now) return false;
        if (share.lines > most) lines.push_back(fmt::format("… and {} more lines about {}", share.lines - most, whose));
        return true;
    });
    return lines;
}

std::optional<Instant> LogShares::tellsAt() const {
    std::optional<Instant> next;
    for (const auto& [whose, share] : shares_)
        if (share.lines > most && (!next || share.until < *next)) next = share.until;
    return next;
}

namespace {

/// True if the journal reads our stderr (systemd.exec(5)).
bool journalReads() {
    const char* const stream = std::getenv("JOURNAL_STREAM");
    struct stat ours {};
    return stream && ::fstat(STDERR_FILENO, &ours) == 0 && fmt::format("{}:{}", ours.st_dev, ours.st_ino) == stream;
}

/// The front of a line, by which the journal knows its level (sd-daemon(3)); without one a warning is a line like any
/// other.
std::string_view frontFor(spdlog::level::level_enum level) {
    if (level >= spdlog::level::err) return "<3>";
    return level == spdlog::level::warn ? "<4>" : "<6>";
}

/// Writes the lines of a turn in one piece, where spdlog's own sink writes each line by itself.
class StderrSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    void gather(bool on) {
        gathers_ = on;
        if (!on) flush();
    }

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        if (journal_) lines_.append(frontFor(message.level));
        formatter_->format(message, lines_);
        // A warning may be the last sign of this process.
        if (!gathers_ || message.level >= spdlog::level::warn) flush_();
    }
    void flush_() override {
        if (lines_.size() == 0) return;
        static_cast<void>(std::fwrite(lines_.data(), 1, lines_.size(), stderr)); // not buffered
        lines_.clear();
    }

    const bool journal_ = journalReads();
    spdlog::memory_buf_t lines_;
    bool gathers_ = false;
};

std::shared_ptr<StderrSink>& sink() {
    static std::shared_ptr<StderrSink> only = std::make_shared<StderrSink>();
    return only;
}

LogShares& shares() {
    static LogShares only;
    return only;
}

/// An app's text, shortened so that ours has room.
std::string_view brief(std::string_view text) {
    constexpr std::size_t longest = 80;
    return headOf(text, longest);
}

/// Adds the fields of alarms, messages, networks, buckets and Doze.
template <class Add> void addLimits(const Trace& trace, const Add& add) {
    if (!trace.tag.empty()) add("tag", brief(trace.tag));
    if (!trace.machine.empty()) add("machine", trace.machine);
    if (!trace.from.empty()) add("from", trace.from);
    if (!trace.to.empty()) add("to", trace.to);
    if (trace.urgency) add("priority", nameOf(*trace.urgency));
    if (trace.original) add("original", nameOf(*trace.original));
    if (trace.allowed) add("allowed", *trace.allowed ? "yes" : "no");
    if (!trace.because.empty()) add("because", trace.because);
    if (!trace.until.empty()) add("until", trace.until);
    if (trace.count && *trace.count > 1) add("count", *trace.count);
    if (trace.lateBy) add("late", roughDuration(*trace.lateBy));
}

} // namespace

void startLog() {
    auto log = std::make_shared<spdlog::logger>("stintd", sink());
    log->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    spdlog::set_default_logger(std::move(log));
}

LogInOnePiece::LogInOnePiece() { sink()->gather(true); }
LogInOnePiece::~LogInOnePiece() { sink()->gather(false); }

// Names in a line come from apps, and must not forge another line.
void logInfo(const std::string& line) { spdlog::info(printable(line)); }
void logWarning(const std::string& line) { spdlog::warn(printable(line)); }
void logError(const std::string& line) { spdlog::error(printable(line)); }

bool mayLogOf(std::string_view whose, Instant now) { return shares().admits(whose, now); }

void logWritten(const AppId& app, std::string_view line, Instant now) {
    if (mayLogOf(fmt::format("what {} writes", app.name), now)) logInfo(fmt::format("{} writes: {}", app.name, line));
}

void logLeftOut(Instant now) {
    for (const std::string& line : shares().leftOut(now))
        logWarning(line);
}

std::optional<Instant> logsLeftOutAt() { return shares().tellsAt(); }

std::string lineOf(const Trace& trace, Now now) {
    std::string line(nameOf(trace.what));
    const auto add = [&](std::string_view key, const auto& value) {
        fmt::format_to(std::back_inserter(line), " {}={}", key, value);
    };
    if (trace.job) {
        add("job", textOf(*trace.job));
    } else if (!trace.app.name.empty()) {
        add("app", trace.app.name);
    }
    if (!trace.result.empty()) add("result", trace.result);
    if (trace.kind) add("kind", nameOf(*trace.kind));
    if (trace.reason) add("reason", nameOf(*trace.reason));
    if (trace.asked) add("asked", *trace.asked ? "yes" : "no");
    if (!trace.during.empty()) add(trace.what == Trace::What::Killed ? "because" : "during", trace.during);
    if (trace.rescheduled) add("rescheduled", *trace.rescheduled ? "yes" : "no");
    if (trace.earliest) add("in", roughDuration(*trace.earliest - now.elapsed));
    if (trace.failures) add("failures", *trace.failures);
    if (trace.notification) add("id", *trace.notification);
    if (trace.ran) add("ran", roughDuration(*trace.ran));
    addLimits(trace, add);
    return line;
}

} // namespace stint
