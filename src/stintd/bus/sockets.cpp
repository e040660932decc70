#include "stintd/bus/sockets.hpp"

#include <array>
#include <cerrno>
#include <sys/epoll.h>

#include "base/result/fail.hpp"
#include "link/wire/errors.hpp"

namespace stint {
namespace {

constexpr std::uint32_t reading = EPOLLIN | EPOLLRDHUP | EPOLLET;

Error cannotWatch(int number) { return within("cannot watch a socket", wire::errorFromErrno(number)); }

// The loop need only wake: gather() then does the work.
int woken(sd_event_source*, int, std::uint32_t, void*) { return 0; }
int wokenAgain(sd_event_source*, void*) { return 0; }

} // namespace

Sockets::~Sockets() {
    sd_event_source_disable_unref(wake_);
    sd_event_source_disable_unref(again_);
}

Result<void> Sockets::start(sd_event* loop) {
    epoll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
    if (!epoll_) return cannotWatch(errno);
    int result = sd_event_add_io(loop, &wake_, epoll_.get(), EPOLLIN, woken, nullptr);
    if (result >= 0) result = sd_event_add_defer(loop, &again_, wokenAgain, nullptr);
    if (result >= 0) result = sd_event_source_set_enabled(again_, SD_EVENT_OFF);
    if (result < 0) return cannotWatch(-result);
    return {};
}

Result<void> Sockets::watch(int socket, std::uint64_t mark) { return add(socket, mark, reading); }
Result<void> Sockets::watchListener(int socket, std::uint64_t mark) { return add(socket, mark, EPOLLIN); }

Result<void> Sockets::add(int socket, std::uint64_t mark, std::uint32_t events) {
    epoll_event interest{};
    interest.events = events;
    interest.data.u64 = mark;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &interest) < 0) return cannotWatch(errno);
    return {};
}

bool Sockets::watchWriting(int socket, std::uint64_t mark, bool writing) {
    epoll_event interest{};
    interest.events = reading;
    if (writing) interest.events |= EPOLLOUT;
    interest.data.u64 = mark;
    return ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, socket, &interest) == 0;
}

void Sockets::collect(const std::function<void(std::uint64_t, std::uint32_t)>& ready) {
    std::array<epoll_event, 64> events;
    int count = 0;
    do {
        count = ::epoll_wait(epoll_.get(), events.data(), events.size(), 0);
        for (int which = 0; which < count; ++which)
            ready(events[which].data.u64, events[which].events);
    } while (count == static_cast<int>(events.size()));
}

void Sockets::wakeAgain() { sd_event_source_set_enabled(again_, SD_EVENT_ONESHOT); }

} // namespace stint
