// The time zone that says when a day begins, as a value: an edge reads it from the machine's tables (base/zone), and
// hands it on.
#pragma once
#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>
#include <vector>

#include "stint/units.hpp"

namespace stint {

/// A wall clock's reading, without its zone.
using LocalTime = std::chrono::local_time<Duration>;

/// How far the wall clock is ahead of UTC, and since when.
class TimeZone {
public:
    struct Offset {
        WallTime from;
        Duration ahead{0};
        bool operator==(const Offset&) const = default;
    };

    TimeZone() = default; ///< UTC
    /// Earliest first. The first one holds before its `from`, too.
    explicit TimeZone(std::vector<Offset> offsets) : offsets_(std::move(offsets)) {}

    const std::vector<Offset>& offsets() const { return offsets_; }
    Duration aheadAt(WallTime time) const {
        if (offsets_.empty()) return Duration{0};
        const auto later = std::upper_bound(offsets_.begin(), offsets_.end(), time,
                                            [](WallTime t, const Offset& offset) { return t < offset.from; });
        return (later == offsets_.begin() ? *later : *std::prev(later)).ahead;
    }
    LocalTime localOf(WallTime time) const { return LocalTime(time.time_since_epoch() + aheadAt(time)); }
    /// The first of a time that comes twice; a time that clocks jump over lies as long after the jump.
    WallTime wallOf(LocalTime local) const {
        constexpr std::chrono::hours day{24}; // farther than any zone is from UTC, and nearer than two changes are
        const WallTime asUtc(local.time_since_epoch());
        const WallTime before = asUtc - aheadAt(asUtc - day);
        const WallTime after = asUtc - aheadAt(asUtc + day);
        return localOf(before) == local || localOf(after) != local ? before : after;
    }

    bool operator==(const TimeZone&) const = default;

private:
    std::vector<Offset> offsets_;
};

} // namespace stint
