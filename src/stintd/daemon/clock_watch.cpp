#include "stintd/daemon/clock_watch.hpp"

#include <cerrno>
#include <cstring>
#include <limits>

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"

namespace stint {

Result<void> ClockWatch::start(sd_event* loop) {
    timer_ = Fd(::timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC));
    if (!timer_) return fail(Errc::SYSTEM, "cannot watch the clock: {}", std::strerror(errno));
    STINT_TRY(arm());
    const auto cancelled = [](sd_event_source*, int fd, std::uint32_t, void* data) {
        const auto& self = *static_cast<ClockWatch*>(data);
        std::uint64_t expirations = 0;
        if (::read(fd, &expirations, sizeof expirations) < 0 && errno == ECANCELED) self.set_();
        (void)self.arm();
        return 0;
    };
    const int added = sd_event_add_io(loop, &source_, timer_.get(), EPOLLIN, cancelled, this);
    if (added < 0) return fail(Errc::SYSTEM, "cannot watch the clock: {}", std::strerror(-added));
    return {};
}

/// Arms the timer for a time that never comes.
Result<void> ClockWatch::arm() const {
    itimerspec never{};
    never.it_value.tv_sec = std::numeric_limits<time_t>::max() / 1'000'000'000; // the kernel counts in nanoseconds
    if (::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr) == 0) return {};
    return fail(Errc::SYSTEM, "cannot watch the clock: {}", std::strerror(errno));
}

} // namespace stint
