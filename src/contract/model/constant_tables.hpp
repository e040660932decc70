// The tables that constantRows() is made of, one for each chapter of the law.
#pragma once
#include <cstdint>
#include <span>

#include "contract/model/constants.hpp"

namespace stint {

constexpr std::int64_t many = 1'000'000'000; ///< the most of what may be raised until it never counts

/// limits.md §11, sorted by key.
std::span<const ConstantRow> limitRows();

/// What of limits.md §11 contradicts itself: an allowance longer than its window, a first idle longer than the longest.
std::optional<Error> limitContradiction(const Constants&);

} // namespace stint
