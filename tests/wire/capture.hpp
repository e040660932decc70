// The bytes that a client of ours puts on the wire.
#pragma once
#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <sys/socket.h>

#include "base/unix/fd.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/message.hpp"

namespace stint::wire {

/// The bytes that a client sends for its first call.
class Capture {
public:
    Capture() {
        int halves[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, halves) == 0);
        outside_ = Fd(halves[1]);
        const std::string_view agreed = "DATA\r\nOK 00000000000000000000000000000000\r\nAGREE_UNIX_FD\r\n";
        REQUIRE(::send(outside_.get(), agreed.data(), agreed.size(), 0) > 0);
        bus_ = clientOver(Fd(halves[0])).value();
        process();
        REQUIRE(sd_bus_is_ready(bus_.get()) > 0);
        take();
    }

    sd_bus* bus() const { return bus_.get(); }

    std::string sent(const Message& message) {
        REQUIRE(wire::send(bus_.get(), message).ok());
        process();
        return take();
    }

private:
    void process() {
        while (sd_bus_process(bus_.get(), nullptr) > 0) {
        }
    }
    std::string take() {
        std::string bytes(64 * 1024, '\0');
        const ssize_t count = ::recv(outside_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return bytes;
    }

    Fd outside_;
    Bus bus_;
};

} // namespace stint::wire
