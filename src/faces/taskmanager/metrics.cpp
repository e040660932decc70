#include "faces/taskmanager/metrics.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/text/printable.hpp"
#include "contract/model/bucket.hpp"
#include "faces/control/calls.hpp"
#include "faces/taskmanager/paths.hpp"
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
    Counter{"bytes",   "stint_bytes",        "bytes", "What apps moved over networks.",           {"app", "direction", "metered"}},
    Counter{"again",   "stint_bytes_wasted", "",      "Bytes that were moved a second time.",     {}},
    Counter{"wakeups", "stint_wakeups",      "",      "What the machine was to be woken for.",    {"cause"}},
    Counter{"messages", "stint_push_messages", "",     "What became of pushed messages.",          {"app", "urgency", "outcome"}},
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

void describe(std::string& text, std::string_view family, std::string_view type, std::string_view unit,
              std::string_view help) {
    text += fmt::format("# TYPE {} {}\n", family, type);
    if (!unit.empty()) text += fmt::format("# UNIT {} {}\n", family, unit);
    text += fmt::format("# HELP {} {}\n", family, help);
}

std::string escaped(std::string_view value) {
    std::string text;
    for (const char c : printable(value)) {
        if (c == '\\' || c == '"') text += '\\';
        text += c;
    }
    return text;
}

std::string label(std::string_view name, std::string_view value) {
    return fmt::format("{}=\"{}\"", name, escaped(value));
}

std::string labelled(const std::vector<std::string>& labels) {
    return labels.empty() ? "" : fmt::format("{{{}}}", fmt::join(labels, ","));
}

/// A bound in OpenMetrics' form: 1.0, not 1.
std::string real(double number) {
    std::string text = fmt::format("{}", number);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

void addJobs(std::string& text, const SchedulerView& scheduler) {
    std::int64_t running = 0;
    for (const SlotView& slot : scheduler.types)
        running += slot.running;
    describe(text, "stint_jobs", "gauge", "", "Jobs that are tracked now.");
    text += fmt::format("stint_jobs{{state=\"pending\"}} {}\n", std::max<std::int64_t>(scheduler.tracked - running, 0));
    text += fmt::format("stint_jobs{{state=\"running\"}} {}\n", running);
}

void addQuotas(std::string& text, const std::vector<AppView>& apps) {
    std::map<Bucket, Duration> used;
    for (const AppView& app : apps)
        used[app.bucket] += app.quota.used;
    describe(text, "stint_quota_used_seconds", "gauge", "seconds",
             "What the apps of a bucket have used of the quota of their windows.");
    for (const BucketRow& row : bucketTable)
        text += fmt::format("stint_quota_used_seconds{{{}}} {}\n", label("bucket", row.name),
                            real(static_cast<double>(used[row.bucket].count()) / 1000));
}

void addCounter(std::string& text, const Counter& counter, const std::vector<MeterRow>& meters) {
    describe(text, counter.family, "counter", counter.unit, counter.help);
    for (const MeterRow& row : meters) {
        if (row.name != counter.meter || row.labels.size() > counter.labels.size()) continue;
        std::vector<std::string> labels;
        for (std::size_t i = 0; i < row.labels.size(); ++i)
            labels.push_back(label(counter.labels[i], row.labels[i]));
        text += fmt::format("{}_total{} {}\n", counter.family, labelled(labels), row.value);
    }
}

/// The daemon counts for each bound what passed no lower one, in the bounds' order; here each bound includes all
/// below it.
void addHistogram(std::string& text, const Histogram& histogram, const std::vector<MeterRow>& meters) {
    describe(text, histogram.family, "histogram", "seconds", histogram.help);
    const std::string sum = fmt::format("{}_sum", histogram.meter);
    std::int64_t below = 0;
    for (const MeterRow& row : meters) {
        if (row.name != histogram.meter && row.name != sum) continue;
        std::vector<std::string> labels;
        if (!histogram.label.empty() && !row.labels.empty()) labels.push_back(label(histogram.label, row.labels[0]));
        if (row.name == sum) {
            const double seconds = static_cast<double>(row.value) / histogram.inSecond;
            text += fmt::format("{}_count{} {}\n", histogram.family, labelled(labels), std::exchange(below, 0));
            text += fmt::format("{}_sum{} {}\n", histogram.family, labelled(labels), real(seconds));
            continue;
        }
        if (row.labels.empty()) continue;
        const std::string& bound = row.labels.back();
        below += row.value;
        labels.push_back(
            label("le", bound == "+Inf" ? bound : real(std::strtod(bound.c_str(), nullptr) / histogram.inSecond)));
        text += fmt::format("{}_bucket{} {}\n", histogram.family, labelled(labels), below);
    }
}

} // namespace

std::string openMetrics(const Measured& measured) {
    std::string text;
    addJobs(text, measured.scheduler);
    addQuotas(text, measured.apps);
    for (const Counter& counter : counters)
        addCounter(text, counter, measured.meters);
    for (const Histogram& histogram : histograms)
        addHistogram(text, histogram, measured.meters);
    return text + "# EOF\n";
}

// GET /metrics: the three calls behind it.

namespace {

struct Measuring {
    Measured measured;
    Done done;
    unsigned outstanding = 3;
    std::optional<Error> error = std::nullopt;

    void answered() {
        if (--outstanding > 0) return;
        done(error ? answerOf(*error) : Answer{200, std::string(openMetricsType), openMetrics(measured)});
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
}

} // namespace stint::taskmanager
