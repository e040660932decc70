#include "link/client/wakeable_fd.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/result/fail.hpp"
#include "base/result/try.hpp"
#include "link/wire/errors.hpp"

namespace stint::client {
namespace {

// epoll's numbers are poll's.
static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT);

Result<void> control(const Fd& epoll, int operation, int descriptor, short events) {
    epoll_event event{};
    event.events = static_cast<std::uint32_t>(events);
    if (::epoll_ctl(epoll.get(), operation, descriptor, &event) == 0) return {};
    return within("cannot watch the connection", wire::errorFromErrno(errno));
}

} // namespace

Result<WakeableFd> WakeableFd::open() {
    Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
    Fd wakeUp(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!epoll || !wakeUp) return within("cannot make the connection's descriptor", wire::errorFromErrno(errno));
    STINT_TRY(control(epoll, EPOLL_CTL_ADD, wakeUp.get(), POLLIN));
    return WakeableFd(std::move(epoll), std::move(wakeUp));
}

Result<void> WakeableFd::watch(int socket, short events) {
    if (socket == socket_ && events == events_) return {};
    STINT_TRY(control(epoll_, socket == socket_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, events));
    socket_ = socket;
    events_ = events;
    return {};
}

void WakeableFd::forget() {
    if (socket_ >= 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket_, nullptr);
    socket_ = -1;
}

void WakeableFd::wake() { ::eventfd_write(wakeUp_.get(), 1); }

void WakeableFd::drain() {
    eventfd_t rings = 0;
    ::eventfd_read(wakeUp_.get(), &rings);
}

} // namespace stint::client
