// How many lines of the log each app may cause. journald takes 10,000 lines of a service in 30 s and drops what is
// more, whose it is: so that no app's lines take the place of another's, each has a share of its own, and what was left
// out is told by its number once the share begins anew. Pure: it is told the time.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time/time.hpp"

namespace stint {

class LogShares {
public:
    // PROPOSAL: of all that an app does in order nothing is left out: 150 jobs begin and end in fewer.
    static constexpr std::int64_t most = 1000; ///< lines in each `span`
    static constexpr Duration span = 1min;

    /// Whether a line about this one, most often an app, is written. Its time begins with the first one.
    bool admits(std::string_view whose, Instant now);
    /// What was left out of those whose time is over by now: a line each, once.
    std::vector<std::string> leftOut(Instant now);
    /// The next such time; nullopt: nothing is left out.
    std::optional<Instant> tellsAt() const;

private:
    struct Share {
        Instant until;
        std::int64_t lines = 0; ///< asked for, written or not
    };
    std::map<std::string, Share, std::less<>> shares_;
};

} // namespace stint
