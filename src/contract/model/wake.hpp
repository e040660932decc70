// A time at which a machine that sleeps is to be awake, and for what (limits.md §13, Wake-ups).
#pragma once
#include <string>

#include "stint/units.hpp"

namespace stint {

struct Wake {
    Instant when;
    std::string cause;     ///< "alarm tick of com.example.mail, and 2 more"
    bool isWindow = false; ///< for a deep maintenance window

    bool operator==(const Wake&) const = default;
};

} // namespace stint
