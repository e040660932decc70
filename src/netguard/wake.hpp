// Alarms that wake the machine: the book of them, which is pure, and the one timer that it sets
// (CLOCK_BOOTTIME_ALARM).
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include <systemd/sd-event.h>

#include "base/unix/fd.hpp"
#include "stint/result.hpp"

namespace stint {

/// Alarms that wake the machine, each with its user, time and reason. Pure: the time is given to it. One timer serves
/// all (next()); no user wakes the machine more than once in `gap`: alarms that fall due within it share the next time.
class WakeBook {
public:
    /// Time since the boot, suspended time included.
    using Time = std::chrono::microseconds;

    static constexpr Time gap = std::chrono::minutes(1);
    static constexpr std::size_t mostOfUser = 64;
    static constexpr std::size_t longestReason = 200;

    struct Woken {
        uid_t uid = 0;
        std::string reason;
        bool operator==(const Woken&) const = default;
    };

    /// IllegalArgument for a reason that is empty or too long.
    static Result<void> checkReason(const std::string& reason);
    /// Returns the alarm's number, which is never 0. IllegalArgument as checkReason(), Busy where the user has too
    /// many.
    Result<std::uint32_t> arm(const std::string& caller, uid_t uid, Time when, std::string reason);
    Result<void> disarm(const std::string& caller, std::uint32_t alarm);
    /// To be called when the caller has left the bus: its alarms are dropped.
    void gone(const std::string& caller);

    /// The time at which the machine is to be awake; nullopt: no alarm.
    std::optional<Time> next() const;
    /// Takes out the alarms that are due.
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
    std::map<uid_t, Time> last_; ///< the time each user was last served; dropped once it is older than `gap`
    std::uint32_t number_ = 0;
};

/// The one timer that wakes the machine (CLOCK_BOOTTIME_ALARM), and the book behind it.
class WakeTimer {
public:
    using Tell = std::function<void(const std::string&)>;

    /// `tell`: gets a line for each alarm that has gone off, with its user and reason.
    WakeTimer(sd_event* loop, Tell tell);
    ~WakeTimer();
    WakeTimer(const WakeTimer&) = delete;
    WakeTimer& operator=(const WakeTimer&) = delete;

    /// Arms an alarm. Unavailable where this machine cannot wake.
    Result<std::uint32_t> arm(const std::string& caller, uid_t uid, WakeBook::Time when, std::string reason);
    Result<void> disarm(const std::string& caller, std::uint32_t alarm);
    void gone(const std::string& caller);

private:
    static int rang(sd_event_source* source, int fd, std::uint32_t events, void* self);
    Result<void> set();

    Tell tell_;
    WakeBook book_;
    Fd timer_;
    int refusal_ = 0; ///< the errno that says why there is no timer
    sd_event_source* source_ = nullptr;
};

} // namespace stint
