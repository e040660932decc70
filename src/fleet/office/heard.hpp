// Reports that were heard as their stream took them, so that it need not be asked for each: a run without a gap, for
// what is missing is in the stream alone. Any thread may call.
#pragma once
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "push/broker/broker.hpp"

namespace stint::fleet {

class HeardReports {
public:
    static constexpr Bytes most = Bytes{16} << 20; ///< PROPOSAL: of their texts

    /// One that does not follow the last one begins a new run, and so does one that there is no room for.
    void add(push::Recorded report);
    /// So many of those from that sequence on; none: the stream is to be asked. What is before it is forgotten.
    std::vector<push::Recorded> take(std::uint64_t from, std::size_t count);
    /// The stream may have gone back, and may give the same numbers to others.
    void forget();

private:
    std::mutex mutex_;
    std::deque<push::Recorded> run_;
    Bytes size_ = 0;
};

} // namespace stint::fleet
