#include "bench/fleet_loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "base/result/errors.hpp"
#include "base/time/clock.hpp"
#include "bench/programs.hpp"

namespace stint::bench {
namespace {

constexpr int mostEvents = 256;
constexpr int atOnce = 4; ///< of the work that can wait, before sockets are looked at again

epoll_event eventOf(Watched& whom, bool writes) {
    epoll_event event{};
    event.events = EPOLLIN | (writes ? EPOLLOUT : 0U);
    event.data.ptr = &whom;
    return event;
}

} // namespace

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    STINT_CHECK(epoll_ && wake_);
    watch(wake_.get(), *this);
}

void Loop::watch(int fd, Watched& whom) {
    epoll_event event = eventOf(whom, false);
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) giveUp("a descriptor cannot be watched");
}

void Loop::wantToWrite(int fd, Watched& whom, bool wants) {
    epoll_event event = eventOf(whom, wants);
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Loop::after(Duration time, std::function<void()> work) {
    timed_.push({steadyNow() + time, ++number_, std::move(work)});
}

void Loop::post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(work));
    ::eventfd_write(wake_.get(), 1);
}

void Loop::ready() {
    eventfd_t count = 0;
    ::eventfd_read(wake_.get(), &count);
    std::vector<std::function<void()>> posted;
    {
        const std::lock_guard lock(mutex_);
        posted.swap(posted_);
    }
    for (auto& work : posted)
        later(std::move(work));
}

void Loop::passTime() {
    const Duration now = steadyNow();
    while (!timed_.empty() && timed_.top().at <= now) {
        const auto work = timed_.top().work;
        timed_.pop();
        work();
    }
}

void Loop::run() {
    std::array<epoll_event, mostEvents> events{};
    while (true) {
        passTime();
        std::optional<Duration> longest;
        if (!timed_.empty()) longest = timed_.top().at - steadyNow();
        if (!later_.empty()) longest = Duration(0);
        const int count = ::epoll_wait(epoll_.get(), events.data(), mostEvents, pollTimeout(longest));
        if (count < 0 && errno != EINTR) giveUp("the loop cannot wait");
        for (int n = 0; n < count; ++n)
            static_cast<Watched*>(events.at(static_cast<std::size_t>(n)).data.ptr)->ready();
        for (int n = 0; count <= 0 && n < atOnce && !later_.empty(); ++n) {
            const auto work = std::move(later_.front());
            later_.pop_front();
            work();
        }
    }
}

} // namespace stint::bench
