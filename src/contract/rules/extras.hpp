// The size of extras, and its limits: maps nested at most 10 deep (jobs.md §12.9), and 64 KiB (architecture.md, wire).
#pragma once
#include <optional>

#include "stint/bundle.hpp"
#include "stint/result.hpp"

namespace stint {

/// The size of extras. At most 10 nested maps are possible (jobs.md §12.9), and 64 KiB (architecture.md, wire).
struct Measure {
    int depth = 0;
    Bytes size = 0;
};

Measure measure(const PersistableBundle& bundle);

/// The error of extras of that measure: what is wrong, and what would be right.
std::optional<Error> tooLarge(Measure extras);

} // namespace stint
