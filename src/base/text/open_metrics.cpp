#include "base/text/open_metrics.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text/printable.hpp"

namespace stint {
namespace {

std::string escaped(std::string_view value) {
    std::string text;
    for (const char c : printable(value)) {
        if (c == '\\' || c == '"') text += '\\';
        text += c;
    }
    return text;
}

/// A number with a point in it: 1.0, not 1.
std::string real(double number) {
    if (std::isinf(number)) return "+Inf";
    std::string text = fmt::format("{}", number);
    if (text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
}

} // namespace

void Histogram::add(double value) {
    ++counts_[static_cast<std::size_t>(std::ranges::lower_bound(bounds_, value) - bounds_.begin())];
    sum_ += value;
}

void OpenMetrics::begin(const Family& family) {
    family_ = family.name;
    text_ += fmt::format("# TYPE {} {}\n", family.name, family.type);
    if (!family.unit.empty()) text_ += fmt::format("# UNIT {} {}\n", family.name, family.unit);
    text_ += fmt::format("# HELP {} {}\n", family.name, family.help);
}

void OpenMetrics::add(std::string_view ending, const Labels& labels, std::int64_t value) {
    addLine(ending, labels, fmt::format("{}", value));
}

void OpenMetrics::add(std::string_view ending, const Labels& labels, double value) {
    addLine(ending, labels, real(value));
}

void OpenMetrics::addBucket(Labels labels, double bound, std::int64_t count) {
    labels.push_back({"le", real(bound)});
    add("_bucket", labels, count);
}

void OpenMetrics::addHistogram(const Labels& labels, const Histogram& histogram) {
    std::int64_t below = 0;
    for (std::size_t i = 0; i < histogram.counts_.size(); ++i) {
        below += histogram.counts_[i];
        addBucket(labels, i < histogram.bounds_.size() ? histogram.bounds_[i] : noBound, below);
    }
    add("_count", labels, below);
    add("_sum", labels, histogram.sum_);
}

void OpenMetrics::addLine(std::string_view ending, const Labels& labels, std::string_view value) {
    std::string all;
    for (const Label& label : labels)
        all += fmt::format("{}{}=\"{}\"", all.empty() ? "" : ",", label.name, escaped(label.value));
    text_ += fmt::format("{}{}{} {}\n", family_, ending, all.empty() ? "" : fmt::format("{{{}}}", all), value);
}

} // namespace stint
