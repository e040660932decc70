// The name of a connection.
#pragma once
#include <compare>
#include <cstdint>

namespace stint {

/// Names a connection to the bus for as long as the daemon lives; never used twice.
struct ConnectionId {
    std::uint64_t value = 0;
    auto operator<=>(const ConnectionId&) const = default;
};

} // namespace stint
