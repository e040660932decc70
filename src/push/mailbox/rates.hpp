// How often a registration may be posted to, a stranger may guess, and a device may have its mailbox read (push.md §2,
// §3): windows that open at the first event after the one before has run out.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "contract/model/constants.hpp"
#include "contract/model/push.hpp"

namespace stint::push {

/// So many of something in a time.
struct Rate {
    std::int64_t most;
    Duration window;
    bool isOfStrangers = false; ///< else it is of those who are registered, or have joined
};
inline constexpr Rate anyInMinute{240, std::chrono::minutes(1)};                   // PROPOSAL
inline constexpr Rate anyInHour{5'000, std::chrono::hours(1)};                     // PROPOSAL
inline const Rate highInMinute{Constants().pushHighRate, std::chrono::minutes(1)}; ///< one more closes the line (§4.2)
inline constexpr Rate wrongInMinute{30, std::chrono::minutes(1), true}; ///< tokens, signatures, codes: from an address
inline constexpr Rate rightInMinute{60, std::chrono::minutes(1)};       ///< PROPOSAL: who join by a code, or leave
inline constexpr Rate refusedInDay{1'000, std::chrono::hours(24)};      ///< PROPOSAL: posts to a registration
inline constexpr Rate takenInMinute{60, std::chrono::minutes(1)};       ///< PROPOSAL: back, of a device's messages
inline constexpr Rate readsInMinute{20'000, std::chrono::minutes(1)};   ///< PROPOSAL: a second or two of one thread

/// Events of a kind, by who is behind them.
class Counted {
public:
    explicit Counted(Rate rate) : rate_(rate) {}

    /// nullopt: one more is within the rate, else the time until it is.
    std::optional<Duration> mustWait(const std::string& whose, Instant now) const;
    /// Returns how many there are in this window.
    std::int64_t count(const std::string& whose, Instant now, std::int64_t events = 1);

private:
    /// Names that are remembered. A stranger can have many: beyond these all new ones count as one. Of the others there
    /// are no more than have joined.
    static constexpr std::size_t mostNames = 20'000;
    struct Window {
        Instant opened;
        std::int64_t count = 0;
    };
    const std::string& nameOf(const std::string& whose) const;
    void forget(Instant now);

    Rate rate_;
    std::map<std::string, Window> windows_;
    std::optional<Instant> forgot_; ///< the last look at all of them: once in a window, however many come
};

/// Names that nobody knew when somebody asked, since when: the newest 20,000.
class Unknown {
public:
    /// PROPOSAL. A server of a cluster asks each 5 s for what others have made (push.md §3.3).
    static constexpr Duration untilHeard = std::chrono::seconds(10);
    /// It is one now; true: another server may have just made it.
    bool mayBeNew(const std::string& name, Instant now);

private:
    static constexpr std::size_t mostNames = 20'000;
    std::map<std::string, Instant> since_;
    std::deque<std::map<std::string, Instant>::iterator> order_; ///< the oldest first
};

/// The rates of posting.
class Rates {
public:
    std::optional<Duration> mustWait(const std::string& registration, Urgency urgency, Instant now) const;
    void count(const std::string& registration, Urgency urgency, Instant now);

private:
    Counted minute_{anyInMinute}, hour_{anyInHour}, high_{highInMinute};
};

} // namespace stint::push
