// A TCP port of this machine that the kernel gives to nobody else: neither to who asks for any port nor to a
// connection.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <doctest/doctest.h>

#include "base/unix/fd.hpp"

namespace stint::test {

/// On loopback. A server that sets SO_REUSEADDR, as most do, can listen at it, and do so again when it was killed.
class Port {
public:
    Port() {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* const place = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(socket_.get(), place, length) == 0);
        REQUIRE(::getsockname(socket_.get(), place, &length) == 0);
        number_ = ntohs(address.sin_port);
        const int yes = 1; // only now: before, the kernel might give it a port that another test has bound so
        REQUIRE(::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0);
    }
    void listen() const { REQUIRE(::listen(socket_.get(), 8) == 0); }
    int number() const { return number_; }
    int socket() const { return socket_.get(); }

private:
    Fd socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    int number_ = 0;
};

} // namespace stint::test
