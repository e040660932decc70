// Reports of bytes that an app may make at any rate, and that reach the daemon at a bounded one: only the newest unsent
// report matters (jobs.md §4.7: each replaces the numbers before it). Pure: it is handed the time.
#pragma once
#include <optional>

#include "base/time/time.hpp"

namespace stint::client {

struct ByteCounts {
    Bytes download = NETWORK_BYTES_UNKNOWN;
    Bytes upload = NETWORK_BYTES_UNKNOWN;

    bool operator==(const ByteCounts&) const = default;
};

class Throttle {
public:
    /// Between two messages of one kind for one run.
    static constexpr Duration pause = 200ms;

    /// Takes the place of what was noted and not sent yet.
    void note(ByteCounts newest);
    /// What is to be sent at `now`, counted as sent; nullopt while the pause lasts or where there is nothing new.
    std::optional<ByteCounts> take(Instant now);
    /// What is unsent, pause or not: for the end of the run.
    std::optional<ByteCounts> takeRest();
    /// When take() would next hand out something.
    std::optional<Instant> dueAt() const;

private:
    std::optional<ByteCounts> unsent_;
    std::optional<ByteCounts> sent_;
    Instant open_ = Instant::min(); ///< the pause has ended
};

} // namespace stint::client
