// Reports of bytes, which an app may make at any rate, and which reach the daemon at a bounded one: only the newest
// unsent report matters (jobs.md §4.7: each replaces the numbers before it). Pure: the time is a parameter.
#pragma once
#include <optional>

#include "base/time/time.hpp"

namespace stint::client {

struct ByteCounts {
    Bytes download = NETWORK_BYTES_UNKNOWN;
    Bytes upload = NETWORK_BYTES_UNKNOWN;

    bool operator==(const ByteCounts&) const = default;
};

/// Reports of bytes, which an app may make at any rate, and which reach the daemon at a bounded one: only the newest
/// unsent report matters (jobs.md §4.7: each replaces the numbers before it). Pure: the time is a parameter.
class Throttle {
public:
    /// The least time between two messages of one kind for one run.
    static constexpr Duration pause = 200ms;

    /// Replaces a report that is noted and not sent yet.
    void note(ByteCounts newest);
    /// The report to send at `now`, counted as sent; nullopt while the pause lasts or where there is nothing new.
    std::optional<ByteCounts> take(Instant now);
    /// The unsent report, pause or not: for the end of the run.
    std::optional<ByteCounts> takeRest();
    /// The time from which take() has something to return.
    std::optional<Instant> dueAt() const;

private:
    std::optional<ByteCounts> unsent_;
    std::optional<ByteCounts> sent_;
    Instant open_ = Instant::min(); ///< the pause ends here
};

} // namespace stint::client
