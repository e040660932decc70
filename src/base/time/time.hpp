// The two times an event happens at, and durations as people write them (scenario.md, values). And a time that may be
// missing, in the memory of a time: a million pending jobs have four each. It has std::optional's functions, and
// converts to and from it implicitly.
#pragma once
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "stint/result.hpp"
#include "stint/units.hpp"

namespace stint {

/// A time that may be missing, in the memory of a time: a million pending jobs have four each. It has std::optional's
/// functions, and converts to and from it implicitly.
template <class Time> class OptionalTime {
public:
    OptionalTime() = default;
    OptionalTime(std::nullopt_t) {}
    OptionalTime(Time time) : time_(time) {}
    OptionalTime(const std::optional<Time>& time) : time_(time.value_or(none)) {}

    explicit operator bool() const { return time_ != none; }
    const Time& operator*() const { return time_; }
    const Time* operator->() const { return &time_; }
    // NOLINTNEXTLINE(readability-identifier-naming): std::optional's name
    Time value_or(Time other) const { return time_ != none ? time_ : other; }
    void reset() { time_ = none; }
    operator std::optional<Time>() const { return time_ != none ? std::optional(time_) : std::nullopt; }

    bool operator==(const OptionalTime&) const = default;

private:
    static constexpr Time none = Time::min(); ///< the earliest value, which no real time has
    Time time_ = none;
};

using namespace std::chrono_literals;

/// The moment of an event, which the caller gives: nothing here reads a clock.
struct Now {
    Instant elapsed;
    WallTime wall;
};

/// The wall clock's time at `instant`, reckoned from `now`.
inline WallTime wallAt(Instant instant, Now now) { return now.wall + (instant - now.elapsed); }

/// PROPOSAL: jobs.md §1.2 (d): a longer wait is cut to this, so that no sum of such times overflows.
inline constexpr Duration longestWait = std::chrono::hours(24) * 365 * 1000;
inline Duration bounded(Duration asked) { return std::min(asked, longestWait); }

/// The earlier of two times that may be missing.
template <class Time> std::optional<Time> earlier(std::optional<Time> a, std::optional<Time> b) {
    if (!a || !b) return a ? a : b;
    return std::min(*a, *b);
}

/// "1h30min", "250ms", "0s": sums of number and unit (ms s min h d), largest first. Nothing else is a duration.
Result<Duration> parseDuration(std::string_view text);
std::string formatDuration(Duration);
/// The same for people, to about two units: "1h30min", "4min10s".
std::string roughDuration(Duration);

/// "0", "512B", "64KB", "1.5MB", "1GiB".
Result<Bytes> parseSize(std::string_view text);
/// The same, and the forms of other programs' options: "200K", "200M", "2G", powers of 1024, and a bare number of
/// bytes.
Result<Bytes> parseShortSize(std::string_view text);
/// For people: "256 MiB", "1.3 GiB": powers of 1024, to one decimal; "unknown" for an unknown size.
std::string formatSize(Bytes);
/// A text that parseSize takes, exact to the byte: "500MiB", "1500KB".
std::string exactSize(Bytes);

/// "10Mbps", "800kbps", "0": bits a second in powers of 1000.
Result<Kbps> parseRate(std::string_view text);
std::string formatRate(Kbps);

/// "2026-01-05T08:00:00.000Z".
std::string formatWall(WallTime);

} // namespace stint
