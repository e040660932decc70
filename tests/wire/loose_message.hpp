// A message that goes nowhere: written, then read in place.
#pragma once
#include <sys/socket.h>

#include <doctest/doctest.h>

#include "base/unix/fd.hpp"
#include "link/wire/connect.hpp"
#include "link/wire/message.hpp"
#include "link/wire/reader.hpp"
#include "link/wire/writer.hpp"

namespace stint::wire {

class LooseMessage {
public:
    LooseMessage() {
        int halves[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, halves) == 0);
        other_ = Fd(halves[1]);
        bus_ = clientOver(Fd(halves[0])).value();
        message_ = newCall(bus_.get(), "org.stint.Test1", "Test").value();
    }

    Writer writer() { return Writer(message_); }
    /// Reads the written values, from the beginning.
    Reader reader() {
        REQUIRE(sd_bus_message_seal(message_.get(), 1, 0) >= 0);
        REQUIRE(sd_bus_message_rewind(message_.get(), 1) >= 0);
        return Reader(message_);
    }
    const Message& message() const { return message_; }

private:
    Fd other_;
    Bus bus_;
    Message message_;
};

/// The value as the other end reads it.
template <class T> T throughTheWire(const T& value, void (*write)(Writer&, const T&), Result<T> (*read)(Reader&)) {
    LooseMessage message;
    Writer writer = message.writer();
    write(writer, value);
    REQUIRE(writer.done().ok());
    Reader reader = message.reader();
    Result<T> back = read(reader);
    REQUIRE_MESSAGE(back.ok(), (back.ok() ? "" : back.error().message));
    return std::move(back).value();
}

} // namespace stint::wire
