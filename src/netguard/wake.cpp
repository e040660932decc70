#include "netguard/wake.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include "base/result/errors.hpp"
#include "base/text/printable.hpp"

namespace stint {

Result<void> WakeBook::checkReason(const std::string& reason) {
    if (!reason.empty() && reason.size() <= longestReason) return {};
    return fail(Errc::ILLEGAL_ARGUMENT, "the reason has {} bytes; the journal wants 1 to {}", reason.size(),
                longestReason);
}

Result<std::uint32_t> WakeBook::arm(const std::string& caller, uid_t uid, Time when, std::string reason) {
    STINT_TRY(checkReason(reason));
    const auto ofUser = [uid](const auto& each) { return each.second.uid == uid; };
    if (static_cast<std::size_t>(std::ranges::count_if(alarms_, ofUser)) >= mostOfUser)
        return fail(Errc::BUSY, "user {} has {} wake alarms already, as many as one may; Disarm some", uid, mostOfUser);
    do
        ++number_;
    while (number_ == 0 || alarms_.contains(number_));
    alarms_.emplace(number_, Alarm{caller, uid, when, std::move(reason)});
    return number_;
}

Result<void> WakeBook::disarm(const std::string& caller, std::uint32_t alarm) {
    const auto found = alarms_.find(alarm);
    // An alarm that has gone off has no owner any more: disarming it is no mistake.
    if (found == alarms_.end()) return {};
    if (found->second.caller != caller) return fail(Errc::SECURITY, "wake alarm {} is not yours", alarm);
    alarms_.erase(found);
    return {};
}

void WakeBook::gone(const std::string& caller) {
    std::erase_if(alarms_, [&](const auto& each) { return each.second.caller == caller; });
}

WakeBook::Time WakeBook::servedAt(const Alarm& alarm) const {
    const auto last = last_.find(alarm.uid);
    return last == last_.end() ? alarm.when : std::max(alarm.when, last->second + gap);
}

std::optional<WakeBook::Time> WakeBook::next() const {
    std::optional<Time> earliest;
    for (const auto& [number, alarm] : alarms_) {
        const Time at = servedAt(alarm);
        if (!earliest || at < *earliest) earliest = at;
    }
    return earliest;
}

std::vector<WakeBook::Woken> WakeBook::due(Time now) {
    std::vector<std::uint32_t> ripe;
    std::vector<Woken> woken;
    for (const auto& [number, alarm] : alarms_) {
        if (servedAt(alarm) > now) continue;
        ripe.push_back(number);
        woken.push_back({alarm.uid, alarm.reason});
    }
    for (const std::uint32_t number : ripe)
        alarms_.erase(number);
    std::erase_if(last_, [now](const auto& each) { return each.second + gap <= now; });
    for (const Woken& each : woken)
        last_[each.uid] = now;
    return woken;
}

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
