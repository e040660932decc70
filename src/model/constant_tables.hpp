// The tables that constantRows() is made of, one for each chapter of the law.
#pragma once
#include <span>

#include "model/constants.hpp"

namespace stint {

/// limits.md §11, sorted by key.
std::span<const ConstantRow> limitRows();

/// What of limits.md §11 contradicts itself: an allowance longer than its window, a first idle longer than the longest.
std::optional<Error> limitContradiction(const Constants&);

} // namespace stint
