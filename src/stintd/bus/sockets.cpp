#include "stintd/bus/sockets.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/result/errors.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/errors.hpp"

namespace stint {
namespace {

Error cannotListen(const std::filesystem::path& socket, int number) {
    return fail(Errc::SYSTEM, "cannot listen at {}: {}", socket.c_str(), std::generic_category().message(number));
}

} // namespace

Result<Listener> Listener::open(const std::filesystem::path& socket) {
    if (wire::connectSocket(socket).ok())
        return fail(Errc::UNAVAILABLE, "another stintd listens at {}", socket.c_str());
    // The socket is bound under another name and then renamed, so that it listens before anybody can find it.
    const std::filesystem::path fresh = socket.native() + ".new";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (fresh.native().size() >= sizeof address.sun_path)
        return fail(Errc::ILLEGAL_ARGUMENT, "the socket's path {} is too long; its directory may have {} bytes at most",
                    socket.c_str(), sizeof address.sun_path - 1 - sizeof "/bus.new");
    std::memcpy(address.sun_path, fresh.c_str(), fresh.native().size());

    Fd listening(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!listening) return cannotListen(socket, errno);
    ::unlink(fresh.c_str());
    // Credentials must come even with data that is sent before accept(): an accepted socket inherits this option.
    const int on = 1;
    if (::setsockopt(listening.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0) return cannotListen(socket, errno);
    if (::bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 ||
        ::listen(listening.get(), SOMAXCONN) < 0 || std::rename(fresh.c_str(), socket.c_str()) < 0)
        return cannotListen(socket, errno);
    return Listener(socket, std::move(listening));
}

Listener::~Listener() {
    // Without the socket's file a client learns at once that nobody listens.
    if (socket_) ::unlink(path_.c_str());
}

void Listener::keepSpare() { spare_ = Fd(::fcntl(socket_.get(), F_DUPFD_CLOEXEC, 0)); }

void Listener::turnAway() {
    spare_ = Fd();
    (void)Fd(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    keepSpare();
}

std::optional<Fd> Listener::accept() {
    while (true) {
        Fd caller(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (caller) return caller;
        if (errno == EMFILE || errno == ENFILE) {
            turnAway();
            return std::nullopt;
        }
        // A caller that gave up is no reason to leave the next one waiting.
        if (errno != ECONNABORTED && errno != EINTR) return std::nullopt;
    }
}

namespace {

constexpr std::uint32_t reading = EPOLLIN | EPOLLRDHUP | EPOLLET;

Error cannotWatch(int number) { return within("cannot watch a socket", wire::errorFromErrno(number)); }

// The loop need only wake: gather() then does the work.
int woken(sd_event_source*, int, std::uint32_t, void*) { return 0; }
int wokenAgain(sd_event_source*, void*) { return 0; }

} // namespace

WatchedSockets::~WatchedSockets() {
    sd_event_source_disable_unref(wake_);
    sd_event_source_disable_unref(again_);
}

Result<void> WatchedSockets::start(sd_event* loop) {
    epoll_ = Fd(::epoll_create1(EPOLL_CLOEXEC));
    if (!epoll_) return cannotWatch(errno);
    int result = sd_event_add_io(loop, &wake_, epoll_.get(), EPOLLIN, woken, nullptr);
    if (result >= 0) result = sd_event_add_defer(loop, &again_, wokenAgain, nullptr);
    if (result >= 0) result = sd_event_source_set_enabled(again_, SD_EVENT_OFF);
    if (result < 0) return cannotWatch(-result);
    return {};
}

Result<void> WatchedSockets::watch(int socket, std::uint64_t mark) { return add(socket, mark, reading); }
Result<void> WatchedSockets::watchListener(int socket, std::uint64_t mark) { return add(socket, mark, EPOLLIN); }

Result<void> WatchedSockets::add(int socket, std::uint64_t mark, std::uint32_t events) {
    epoll_event interest{};
    interest.events = events;
    interest.data.u64 = mark;
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &interest) < 0) return cannotWatch(errno);
    return {};
}

bool WatchedSockets::watchWriting(int socket, std::uint64_t mark, bool writing) {
    epoll_event interest{};
    interest.events = reading;
    if (writing) interest.events |= EPOLLOUT;
    interest.data.u64 = mark;
    return ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, socket, &interest) == 0;
}

void WatchedSockets::collect(const std::function<void(std::uint64_t, std::uint32_t)>& ready) {
    std::array<epoll_event, 64> events;
    int count = 0;
    do {
        count = ::epoll_wait(epoll_.get(), events.data(), events.size(), 0);
        for (int which = 0; which < count; ++which)
            ready(events[which].data.u64, events[which].events);
    } while (count == static_cast<int>(events.size()));
}

void WatchedSockets::wakeAgain() { sd_event_source_set_enabled(again_, SD_EVENT_ONESHOT); }

} // namespace stint
