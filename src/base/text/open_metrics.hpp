// OpenMetrics text (openmetrics.io): families one after the other, and what is measured of each.
#pragma once
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stint {

/// Values counted by bounds, as they are measured.
class Histogram {
public:
    /// `bounds` rise; what is above all of them is counted, too.
    explicit Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}
    void add(double value);

private:
    friend class OpenMetrics;
    std::vector<double> bounds_;
    std::vector<std::int64_t> counts_; ///< of what passes no lower bound
    double sum_ = 0;
};

class OpenMetrics {
public:
    /// Its content type.
    static constexpr std::string_view type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    /// The bound of a histogram's last bucket.
    static constexpr double noBound = std::numeric_limits<double>::infinity();

    struct Label {
        std::string_view name;
        std::string value; ///< any text
    };
    using Labels = std::vector<Label>;
    struct Family {
        std::string_view name;
        std::string_view type; ///< "counter", "gauge", "histogram"
        std::string_view help;
        std::string_view unit = {}; ///< the name's end; empty: it has none
    };

    /// Begins a family; the samples that follow are of it.
    void begin(const Family& family);
    /// A sample; `ending` follows the family's name: "_total" of a counter, nothing of a gauge.
    void add(std::string_view ending, const Labels& labels, std::int64_t value);
    void add(std::string_view ending, const Labels& labels, double value);
    /// A histogram's bucket: how many are at most `bound`, all lower buckets in it. Bounds rise, and end with noBound.
    void addBucket(Labels labels, double bound, std::int64_t count);
    void addHistogram(const Labels& labels, const Histogram& histogram);
    /// The text, down to "# EOF".
    std::string text() const { return text_ + "# EOF\n"; }

private:
    void addLine(std::string_view ending, const Labels& labels, std::string_view value);

    std::string family_;
    std::string text_;
};

} // namespace stint
