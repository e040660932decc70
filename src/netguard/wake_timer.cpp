#include "netguard/wake_timer.hpp"

#include <cerrno>
#include <cstring>
#include <ctime>

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "base/text/printable.hpp"

namespace stint {
namespace {

constexpr long perSecond = 1'000'000;
constexpr long nanoseconds = 1'000;

WakeBook::Time sinceBoot() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::microseconds(now.tv_nsec / nanoseconds);
}

} // namespace

WakeTimer::WakeTimer(sd_event* loop, Tell tell)
    : tell_(std::move(tell)), timer_(::timerfd_create(CLOCK_BOOTTIME_ALARM, TFD_CLOEXEC | TFD_NONBLOCK)) {
    if (!timer_) {
        refusal_ = errno;
        return;
    }
    const int added = sd_event_add_io(loop, &source_, timer_.get(), EPOLLIN, rang, this);
    if (added < 0) refusal_ = -added;
}

WakeTimer::~WakeTimer() { sd_event_source_disable_unref(source_); }

Result<void> WakeTimer::set() {
    itimerspec at{};
    if (const auto next = book_.next()) {
        const std::int64_t due = std::max<std::int64_t>(next->count(), 1); // 0 would disarm it
        at.it_value.tv_sec = due / perSecond;
        at.it_value.tv_nsec = due % perSecond * nanoseconds;
    }
    if (::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &at, nullptr) == 0) return {};
    return fail(Errc::SYSTEM, "cannot set the timer that wakes this machine: {}", std::strerror(errno));
}

Result<std::uint32_t> WakeTimer::arm(const std::string& caller, uid_t uid, WakeBook::Time when, std::string reason) {
    if (refusal_)
        return fail(Errc::UNAVAILABLE, "this machine cannot wake: CLOCK_BOOTTIME_ALARM: {}", std::strerror(refusal_));
    const std::uint32_t alarm = STINT_TRY(book_.arm(caller, uid, when, std::move(reason)));
    if (auto done = set(); !done) {
        (void)book_.disarm(caller, alarm);
        return std::move(done).error();
    }
    return alarm;
}

Result<void> WakeTimer::disarm(const std::string& caller, std::uint32_t alarm) {
    STINT_TRY(book_.disarm(caller, alarm));
    return timer_ ? set() : Result<void>();
}

void WakeTimer::gone(const std::string& caller) {
    book_.gone(caller);
    if (timer_) (void)set(); // at worst it goes off for nobody
}

int WakeTimer::rang(sd_event_source*, int fd, std::uint32_t, void* data) {
    auto& self = *static_cast<WakeTimer*>(data);
    std::uint64_t times = 0;
    [[maybe_unused]] const auto read = ::read(fd, &times, sizeof times);
    for (const WakeBook::Woken& each : self.book_.due(sinceBoot()))
        self.tell_(fmt::format("awake for user {}: {}", each.uid, printable(each.reason)));
    (void)self.set();
    return 0;
}

} // namespace stint
