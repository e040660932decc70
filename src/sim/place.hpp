// Where something stands in a file, and from where to where a value may go.
#pragma once
#include <compare>

#include "stint/units.hpp"

namespace stint::sim {

/// Where in the file something stands, counted from 1.
struct Place {
    int line = 1;
    int column = 1;

    auto operator<=>(const Place&) const = default;
};

/// From one value to another, both included; equal where one value is meant.
template <class T> struct Range {
    T from{};
    T to{};

    bool holds(const T& value) const { return from <= value && value <= to; }
    bool single() const { return from == to; }
};
/// A stretch of the run, from 0s.
using Span = Range<Duration>;

} // namespace stint::sim
