// What comes in over a caller's socket, on its way to sd-bus: taken in with large reads, measured, and handed on
// through a socketpair. sd-bus itself reads each message with two small reads, takes messages of up to 128 MiB, drops a
// malformed one silently, and has no option for any of it. So it gets a message only when the length that its header
// announces is small enough, and whoever sent one that it drops is found by its count. Descriptors are handed on only
// with a message that it cannot drop (bearer.hpp).
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/unix/fd.hpp"

namespace stint {

class Intake {
public:
    static constexpr std::size_t longestLine = 512; ///< of the handshake

    /// `inside`: one half of a socketpair; sd-bus reads the other. `sender`: the process whose messages are accepted,
    /// on a socket that names senders (SO_PASSCRED); 0: anyone's.
    Intake(int socket, Fd inside, pid_t sender) : socket_(socket), inside_(std::move(inside)), sender_(sender) {}

    enum class Look {
        Ready,      ///< something was handed on for sd-bus to read
        Incomplete, ///< there is nothing more yet: only new bytes make a difference
        Ended,      ///< the other end has closed
        /// Not a D-Bus message, too large, from another process, or with descriptors that it must not have: nothing
        /// after it can be understood.
        Broken,
    };
    /// Hands on the next line of the handshake.
    Look lookForLine();
    /// To be asked before each read of sd-bus's: hands on what is there of messages.
    Look look();
    /// The socket may have more, by epoll's word.
    void arrived() { drained_ = false; }
    /// sd-bus has handed out a message.
    void delivered();
    /// sd-bus finds nothing more to read. False: it has dropped a message.
    bool wasRead();
    /// Part of a message has come, or one that was not handed out yet.
    bool isHalfway() const { return messages_ > 0 || !pending_.empty(); }
    std::size_t bytesRead() const { return read_; }
    std::size_t descriptorsRead() const { return descriptorsRead_; }

private:
    Look take();
    std::size_t wanted() const;
    void measure();
    bool handOn();
    /// Whether what begins at place_ may have descriptors_; not known before all of its header is there.
    enum class Bearer { Unknown, Good, Bad };
    Bearer bearer() const;
    ssize_t send(std::size_t from, std::size_t to, bool withDescriptors) const;

    int socket_;
    Fd inside_;
    pid_t sender_;
    std::string pending_;         ///< taken in, not handed on yet
    std::size_t measured_ = 0;    ///< where in it, or beyond it, the last message ends whose header is known
    int messages_ = 0;            ///< measured, not handed out yet
    bool unfair_ = false;         ///< behind the measured ones is what no message may be
    bool unread_ = false;         ///< sd-bus may find something to read
    bool drained_ = false;        ///< the socket was read to its end, and nothing has arrived since
    std::vector<Fd> descriptors_; ///< came with what is pending
    bool placed_ = true;          ///< it is known with which message
    std::size_t place_ = 0;       ///< where in pending_ that message begins
    std::size_t read_ = 0;        ///< ever
    std::size_t descriptorsRead_ = 0;
};

/// Of the message that begins with these 16 bytes: how long its header is, padding and all, and how long all of it.
/// Both are 0 where no message begins so.
struct MessageLength {
    std::size_t header = 0;
    std::size_t all = 0;
};
MessageLength messageLength(std::string_view beginning);

} // namespace stint
