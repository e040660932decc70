// The wait before the next attempt to reach a daemon that is gone: 100 ms, doubling to 10 s.
#pragma once
#include <algorithm>
#include <utility>

#include "base/time/time.hpp"

namespace stint::client {

/// The wait before the next attempt to reach a daemon that is gone: 100 ms, doubling to 10 s.
class Backoff {
public:
    static constexpr Duration least = 100ms;
    static constexpr Duration most = 10s;

    /// This attempt's wait; the next is twice as long.
    Duration next() { return std::exchange(wait_, std::min(2 * wait_, most)); }
    void reset() { wait_ = least; }

private:
    Duration wait_ = least;
};

} // namespace stint::client
