// The timer that wakes the machine.
#pragma once
#include <functional>
#include <memory>

#include <systemd/sd-event.h>

#include "base/unix/fd.hpp"
#include "netguard/wake_book.hpp"

namespace stint {

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
