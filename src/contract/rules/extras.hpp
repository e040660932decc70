// How large extras are: jobs.md §12.9, maps nested at most 10 deep; architecture.md, wire: 64 KiB.
#pragma once
#include <optional>

#include "stint/bundle.hpp"
#include "stint/result.hpp"

namespace stint {

struct Measure {
    int depth = 0;
    Bytes size = 0;
};

Measure measure(const PersistableBundle& bundle);

/// What is wrong with extras of that measure, and what would be right.
std::optional<Error> tooLarge(Measure extras);

} // namespace stint
