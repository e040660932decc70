// One caller's connection, from its handshake on.
// The handshake is D-Bus's authentication, before the first message. sd-bus does it, but is fed line by line: by
// itself it would read ahead, and a message right behind the handshake would not be measured.
#pragma once
#include <cstddef>
#include <memory>
#include <utility>

#include <systemd/sd-bus.h>

#include "base/unix/fd.hpp"
#include "link/wire/message.hpp"
#include "stint/result.hpp"
#include "stintd/bus/intake.hpp"

namespace stint {

/// True if the caller has sent a message before the answer: it may come from another program than the one the daemon
/// found, because exec happened in between. No implementation of D-Bus sends a message before the handshake has ended.
bool isHasty(int socket);

enum class Handshake { Going, Done, Refused };
/// Goes on with the handshake, by the lines that have arrived. Done: messages follow.
Handshake stepHandshake(Intake& intake, sd_bus* bus);

/// The processes whose messages are accepted: the one that connected, or any that holds the other end.
enum class Speaker { WhoConnected, Anyone };

/// Hands out a caller's messages one by one, and closes when one breaks the rules of the wire. Driven by the server in
/// gather() and act(); it never blocks.
class CallerConnection {
public:
    /// Takes over an accepted socket, or one half of a socketpair, before its handshake.
    static Result<std::unique_ptr<CallerConnection>> over(Fd socket, Speaker speaker);
    ~CallerConnection();
    CallerConnection(const CallerConnection&) = delete;
    CallerConnection& operator=(const CallerConnection&) = delete;

    /// The descriptor to watch for reading, edge-triggered: after Nothing only new bytes make a difference.
    int socket() const { return socket_; }
    sd_bus* bus() const { return bus_.get(); }

    /// Notes that the socket may have more.
    void arrived() { intake_.arrived(); }
    enum class Next { Message, Nothing, Closed };
    Next next(wire::Message& message);

    bool isGreeted() const { return greeted_; }
    /// True if a part of a message has come, which is held until the rest arrives.
    bool isHalfway() const { return intake_.isHalfway(); }
    /// The bytes and descriptors read since the connection was made.
    std::size_t bytesRead() const { return intake_.bytesRead(); }
    std::size_t descriptorsRead() const { return intake_.descriptorsRead(); }

    /// The number of messages that could not be sent yet: if there are any, the socket must be watched for writing,
    /// too.
    std::size_t queued() const;
    /// True if all that was sent has found room in its socket.
    bool isRead() const { return queued() == 0; }
    /// Sends as many queued messages as it can, and reads nothing. False: the connection is gone.
    bool flush();
    /// Notes that the other end sends nothing more; data that has arrived is still read.
    void hungUp() { hungUp_ = true; }

private:
    CallerConnection(int socket, Fd inside, pid_t sender)
        : socket_(socket), intake_(socket, std::move(inside), sender) {}
    static int filter(sd_bus_message* message, void* self, sd_bus_error*);
    int received(sd_bus_message* message);
    bool listen();
    Next nextMessage(wire::Message& message);

    int socket_; ///< owned by the bus, which writes to it but reads only what the intake hands on
    wire::Bus bus_;
    wire::Slot filter_;
    Intake intake_;
    bool greeted_ = false;  ///< the handshake is over
    wire::Message current_; ///< the message that the filter was given
    wire::Message marker_;  ///< see flush()
    bool hungUp_ = false;
};

} // namespace stint
