// A location in a file, and a range of values.
#pragma once
#include <compare>

#include "stint/units.hpp"

namespace stint::sim {

/// Line and column in the file, counted from 1.
struct SourceLocation {
    int line = 1;
    int column = 1;

    auto operator<=>(const SourceLocation&) const = default;
};

/// From one value to another, both included; equal for a single value.
template <class T> struct Range {
    T from{};
    T to{};

    bool holds(const T& value) const { return from <= value && value <= to; }
    bool single() const { return from == to; }
};
/// A stretch of the run, from 0s.
using Span = Range<Duration>;

} // namespace stint::sim
