// The machine's clocks: read in one place, with the boot's id, because all other code is given the time as data; the
// watch on the wall clock; and the time zone.
#pragma once
#include <functional>

#include <systemd/sd-event.h>

#include "base/time/time.hpp"
#include "base/unix/fd.hpp"
#include "contract/model/record.hpp"
#include "stint/result.hpp"

namespace stint {

/// CLOCK_BOOTTIME and CLOCK_REALTIME, cut to the millisecond.
Now readClocks();

/// /proc/sys/kernel/random/boot_id. STINT_BOOT_ID in the environment replaces it, for tests of a reboot.
BootId readBootId();

/// Reports when the wall clock is set: by a person, or by NTP after a boot without a battery-backed clock (jobs.md
/// §7.3). The kernel then cancels a timer on that clock; nothing is polled.
class ClockWatch {
public:
    explicit ClockWatch(std::function<void()> set) : set_(std::move(set)) {}
    ~ClockWatch() { sd_event_source_disable_unref(source_); }
    ClockWatch(const ClockWatch&) = delete;
    ClockWatch& operator=(const ClockWatch&) = delete;

    Result<void> start(sd_event* loop);

private:
    Result<void> arm() const;

    std::function<void()> set_;
    Fd timer_;
    sd_event_source* source_ = nullptr;
};

} // namespace stint
