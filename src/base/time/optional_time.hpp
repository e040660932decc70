// A time that may be missing.
#pragma once
#include <optional>

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

} // namespace stint
