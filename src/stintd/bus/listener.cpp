#include "stintd/bus/listener.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>

#include "base/result/fail.hpp"
#include "link/wire/connect.hpp"

namespace stint {
namespace {

Error cannotListen(const std::filesystem::path& socket, int number) {
    return fail(Errc::SYSTEM, "cannot listen at {}: {}", socket.c_str(), std::generic_category().message(number));
}

} // namespace

Result<Listener> Listener::open(const std::filesystem::path& socket) {
    if (wire::connectSocket(socket).ok())
        return fail(Errc::ILLEGAL_STATE, "another stintd listens at {}", socket.c_str());
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

} // namespace stint
