#include "faces/taskmanager/paths.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/text/open_metrics.hpp"
#include "contract/model/bucket.hpp"
#include "faces/control/calls.hpp"
#include "faces/taskmanager/request.hpp"

namespace stint::taskmanager {
namespace {

/// A counter of the daemon's, found by its row's name.
struct Counter {
    std::string_view meter;
    std::string_view family;
    std::string_view unit; ///< empty: the name ends with no unit
    std::string_view help;
    std::array<std::string_view, 3> labels;
};
// clang-format off
constexpr std::array counters{
    Counter{"bytes",      "stint_bytes",           "bytes", "What apps moved over networks.",                   {"app", "direction", "metered"}},
    Counter{"again",      "stint_bytes_wasted",    "",      "Bytes that were moved a second time.",             {}},
    Counter{"wakeups",    "stint_wakeups",         "",      "What the machine was to be woken for.",            {"cause"}},
    Counter{"messages",   "stint_push_messages",   "",      "What became of pushed messages.",                  {"app", "urgency", "outcome"}},
    Counter{"keepalives", "stint_push_keepalives", "",      "How often the line asked, so that it stays alive.", {}},
};
// clang-format on

/// A histogram of the daemon's: its rows' last label is the bound, in units of which `inSecond` make a second.
struct Histogram {
    std::string_view meter;
    std::string_view family;
    std::string_view help;
    std::string_view label; ///< empty: the bound is the only label
    double inSecond;
};
constexpr std::array histograms{
    Histogram{"waits", "stint_job_wait_seconds", "How long jobs waited, by what they waited for.", "constraint", 1},
    Histogram{"delays", "stint_push_delay_seconds", "How long pushed messages waited for their apps.", "urgency", 1},
    Histogram{"decisions", "stint_decision_seconds", "How long a decision of the scheduler took.", "", 1e6},
};

void addJobs(OpenMetrics& text, const SchedulerView& scheduler) {
    std::int64_t running = 0;
    for (const SlotView& slot : scheduler.types)
        running += slot.running;
    text.begin({"stint_jobs", "gauge", "Jobs that are tracked now."});
    text.add("", {{"state", "pending"}}, std::max<std::int64_t>(scheduler.tracked - running, 0));
    text.add("", {{"state", "running"}}, running);
}

void addQuotas(OpenMetrics& text, const std::vector<AppView>& apps) {
    std::map<Bucket, Duration> used;
    for (const AppView& app : apps)
        used[app.bucket] += app.quota.used;
    text.begin({"stint_quota_used_seconds", "gauge",
                "What the apps of a bucket have used of the quota of their windows.", "seconds"});
    for (const BucketRow& row : bucketTable)
        text.add("", {{"bucket", std::string(row.name)}}, static_cast<double>(used[row.bucket].count()) / 1000);
}

/// Without a registration there is no line that could be down.
void addLine(OpenMetrics& text, const std::vector<LineStatus>& line) {
    text.begin({"stint_push_line_up", "gauge", "Whether the line that brings messages from elsewhere is connected."});
    for (const LineStatus& status : line)
        if (status.registrations > 0) text.add("", {}, static_cast<std::int64_t>(status.up));
}

void addCounter(OpenMetrics& text, const Counter& counter, const std::vector<MeterRow>& meters) {
    text.begin({counter.family, "counter", counter.help, counter.unit});
    for (const MeterRow& row : meters) {
        if (row.name != counter.meter || row.labels.size() > counter.labels.size()) continue;
        OpenMetrics::Labels labels;
        for (std::size_t i = 0; i < row.labels.size(); ++i)
            labels.push_back({counter.labels[i], row.labels[i]});
        text.add("_total", labels, row.value);
    }
}

/// The daemon counts for each bound what passed no lower one, in the bounds' order; here each bound includes all
/// below it.
void addHistogram(OpenMetrics& text, const Histogram& histogram, const std::vector<MeterRow>& meters) {
    text.begin({histogram.family, "histogram", histogram.help, "seconds"});
    const std::string sum = fmt::format("{}_sum", histogram.meter);
    std::int64_t below = 0;
    for (const MeterRow& row : meters) {
        if (row.name != histogram.meter && row.name != sum) continue;
        OpenMetrics::Labels labels;
        if (!histogram.label.empty() && !row.labels.empty()) labels.push_back({histogram.label, row.labels[0]});
        if (row.name == sum) {
            text.add("_count", labels, std::exchange(below, 0));
            text.add("_sum", labels, static_cast<double>(row.value) / histogram.inSecond);
            continue;
        }
        if (row.labels.empty()) continue;
        below += row.value;
        text.addBucket(std::move(labels), std::strtod(row.labels.back().c_str(), nullptr) / histogram.inSecond, below);
    }
}

} // namespace

std::string openMetrics(const Measured& measured) {
    OpenMetrics text;
    addJobs(text, measured.scheduler);
    addQuotas(text, measured.apps);
    addLine(text, measured.line);
    for (const Counter& counter : counters)
        addCounter(text, counter, measured.meters);
    for (const Histogram& histogram : histograms)
        addHistogram(text, histogram, measured.meters);
    return text.text();
}

// GET /metrics: the four calls behind it.

namespace {

struct Measuring {
    Measured measured;
    Done done;
    unsigned outstanding = 4;
    std::optional<Error> error = std::nullopt;

    void answered() {
        if (--outstanding > 0) return;
        done(error ? answerOf(*error) : Answer{200, std::string(OpenMetrics::type), openMetrics(measured)});
    }
};

template <class Part>
void measure(DaemonLine& line, const std::shared_ptr<Measuring>& all, const cli::Call<Part>& call, Part& into) {
    line.ask<Part>(call, [all, &into](Result<Part> part) {
        if (part.ok())
            into = std::move(*part);
        else
            all->error = part.error();
        all->answered();
    });
}

} // namespace

void answerMetrics(DaemonLine& line, const Request&, Done done) {
    const auto all = std::make_shared<Measuring>(Measuring{.measured = {}, .done = std::move(done)});
    measure(line, all, cli::calls::overview(), all->measured.scheduler);
    measure(line, all, cli::calls::apps(), all->measured.apps);
    measure(line, all, cli::calls::meters(), all->measured.meters);
    measure(line, all, cli::calls::line(), all->measured.line);
}

} // namespace stint::taskmanager
