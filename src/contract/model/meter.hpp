// Counters since the daemon's start, for programs that measure a machine over time (linux.md §A.11). They are never
// written down, so a restart begins at 0.
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace stint {

/// One number. Its name says what its labels are: for "bytes" an app, a direction, and whether the network was metered.
struct MeterRow {
    std::string name;
    std::vector<std::string> labels;
    std::int64_t value = 0;

    static constexpr auto noun = "meter";
    static constexpr auto fields = [](auto& field, auto& row) {
        field("name", row.name);
        field("labels", row.labels);
        field("value", row.value);
    };
    bool operator==(const MeterRow&) const = default;
};

/// A histogram of durations: a count for each bound, and one for those above all bounds.
template <std::size_t size> struct Durations {
    std::array<std::int64_t, size + 1> counts{};
    std::int64_t sum = 0;

    void add(const std::array<std::int64_t, size>& bounds, std::int64_t length) {
        ++counts[static_cast<std::size_t>(std::ranges::lower_bound(bounds, length) - bounds.begin())];
        sum += length;
    }
};

/// The bounds for waits, in seconds: from a second to a week.
inline constexpr std::array<std::int64_t, 8> waitBounds{1, 10, 60, 600, 3600, 21600, 86400, 604800};
/// The bounds for decisions, in microseconds: from 10 µs to a second.
inline constexpr std::array<std::int64_t, 8> decisionBounds{10, 30, 100, 300, 1000, 10'000, 100'000, 1'000'000};

} // namespace stint
