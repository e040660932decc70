// Alarms that wake the machine: whose, when, why. Pure: it is told the time. One timer serves all (next()); no user
// wakes the machine more than once in `gap`: what falls due within it shares the next time.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "stint/result.hpp"

namespace stint {

class WakeBook {
public:
    /// Since the boot, suspended time included.
    using Time = std::chrono::microseconds;

    static constexpr Time gap = std::chrono::minutes(1);
    static constexpr std::size_t mostOfUser = 64;
    static constexpr std::size_t longestReason = 200;

    struct Woken {
        uid_t uid = 0;
        std::string reason;
        bool operator==(const Woken&) const = default;
    };

    /// The alarm's number, which is never 0. IllegalArgument for a reason that is empty or too long, Busy where the
    /// user has too many.
    Result<std::uint32_t> arm(const std::string& caller, uid_t uid, Time when, std::string reason);
    Result<void> disarm(const std::string& caller, std::uint32_t alarm);
    /// The caller has left the bus.
    void gone(const std::string& caller);

    /// When the machine is to be awake.
    std::optional<Time> next() const;
    /// Those that are due, taken out.
    std::vector<Woken> due(Time now);

private:
    struct Alarm {
        std::string caller;
        uid_t uid = 0;
        Time when{};
        std::string reason;
    };
    Time servedAt(const Alarm& alarm) const;

    std::map<std::uint32_t, Alarm> alarms_;
    std::map<uid_t, Time> last_; ///< when each user was last served; what is older than `gap` is dropped
    std::uint32_t number_ = 0;
};

} // namespace stint
