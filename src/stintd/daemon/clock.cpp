// The time zone, for times of a calendar (jobs.md §14.1), is read at the start, and again when somebody sets another.
#include "stintd/daemon/clock.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "base/unix/process.hpp"
#include "base/zone/zone.hpp"
#include "stintd/daemon/daemon.hpp"
#include "stintd/daemon/log.hpp"

namespace stint {

Now readClocks() { return {bootNow(), wallNow()}; }

BootId readBootId() {
    if (const char* value = std::getenv("STINT_BOOT_ID")) return {value};
    return {bootId()};
}

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

Result<void> Daemon::watchZone() {
    const std::filesystem::path link = localTime;
    zoneWatch_ = std::make_unique<DirectoryWatch>(
        std::vector{link.parent_path()}, [this] { readZone(); }, link.filename());
    STINT_TRY(zoneWatch_->start(loop_.get(), logWarning));
    readZone();
    return {};
}

void Daemon::readZone() {
    constexpr std::chrono::years farthest{100};
    auto zone = zoneOfMachine(wallNow(), farthest);
    if (!zone) logWarning(zone.error().message + "; UTC it is");
    TimeZone known = zone ? *std::move(zone) : TimeZone();
    if (known == zone_) return;
    zone_ = known;
    if (core_) arrived_.emplace_back(ZoneRead{std::move(known)}); // else announce() reports it
}

} // namespace stint
