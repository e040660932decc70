// One caller's connection: hands out its messages one by one, and closes when one breaks the rules of the wire. Driven
// by the server in gather() and act(); it never blocks.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>

#include "base/fd.hpp"
#include "bus/frames.hpp"
#include "bus/handshake.hpp"
#include "stint/result.hpp"
#include "wire/message.hpp"

namespace stint {

/// Whose messages are accepted: only those of the process that connected, or of any that holds the other end.
enum class Speaker { WhoConnected, Anyone };

class Connection {
public:
    /// Takes over an accepted socket, or one half of a socketpair, before its handshake.
    static Result<std::unique_ptr<Connection>> over(Fd socket, Speaker speaker);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// To be watched for reading, edge-triggered: after Nothing only new bytes make a difference.
    int socket() const { return socket_.get(); }
    sd_bus* bus() const { return bus_.get(); }

    enum class Next { Message, Nothing, Closed };
    Next next(wire::Message& message);

    bool isGreeted() const { return !handshake_; }
    /// Part of a message has come: it is held until the rest arrives.
    bool isHalfway() const { return frames_.isHalfway(); }
    /// Since it was made.
    std::size_t bytesRead() const { return frames_.bytesRead(); }

    /// Messages that could not be sent yet: the socket must be watched for writing, too.
    std::size_t queued() const;
    /// Sends as many of them as it can, and reads nothing. False: the connection is gone.
    bool flush();
    /// The other end sends nothing more; what has arrived is still read.
    void hungUp() { hungUp_ = true; }

private:
    Connection(Fd socket, Fd inside, pid_t sender);
    static int filter(sd_bus_message* message, void* self, sd_bus_error*);
    int received(sd_bus_message* message);
    bool listen();
    Next nextMessage(wire::Message& message);

    Fd socket_; ///< our own descriptor of it; the bus has another
    wire::Bus bus_;
    wire::Slot filter_;
    std::optional<Handshake> handshake_; ///< while it lasts
    Frames frames_;
    wire::Message current_; ///< what the filter was handed
    wire::Message marker_;  ///< see flush()
    bool hungUp_ = false;
};

} // namespace stint
