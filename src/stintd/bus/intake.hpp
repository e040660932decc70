// Bytes from a caller's socket, on their way to sd-bus, and the messages that may bring descriptors.
// sd-bus (252) drops a malformed message without closing the descriptors that came with it: a stranger who sends such
// messages would use up all descriptors that stintd may have. So only a message that sd-bus cannot find malformed gets
// any: a call of one of our methods, with the header of such a call and no more.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/unix/fd.hpp"

namespace stint {

/// The most bytes that such a header has, in whichever order its fields stand.
inline constexpr std::size_t longestBearer = 256;

/// True if `header`, from the first byte of a message to the end of its padding, is that of such a call with that many
/// descriptors, in this machine's byte order. A header with a sender or a destination is not.
bool mayBear(std::string_view header, std::size_t descriptors);

/// Takes in bytes from a caller's socket with large reads, measures the messages, and hands them on to sd-bus through a
/// socketpair. sd-bus itself reads each message with two small reads, takes messages of up to 128 MiB, drops a
/// malformed one silently, and has no option for any of it. So it gets a message only when the length that its header
/// announces is small enough, and a caller who sent one that it drops is found by the count of messages. Descriptors
/// are handed on only with a message that it cannot drop (mayBear()).
class Intake {
public:
    static constexpr std::size_t longestLine = 512; ///< the most bytes of a line of the handshake

    /// `inside`: one half of a socketpair; sd-bus reads the other. `sender`: the process whose messages are accepted,
    /// on a socket that names senders (SO_PASSCRED); 0: any process.
    Intake(int socket, Fd inside, pid_t sender) : socket_(socket), inside_(std::move(inside)), sender_(sender) {}

    enum class Look {
        Ready,      ///< something was handed on for sd-bus to read
        Incomplete, ///< there is nothing more yet: only new bytes make a difference
        Ended,      ///< the other end has closed
        /// The bytes are not a D-Bus message, or one that is too large, from another process, or with descriptors that
        /// it must not have: nothing after it can be understood.
        Broken,
    };
    /// Hands on the next line of the handshake.
    Look lookForLine();
    /// Hands on the messages that are there. To be called before each read of sd-bus's.
    Look look();
    /// Notes that the socket may have more, as epoll reports.
    void arrived() { drained_ = false; }
    /// Notes that sd-bus has handed out a message.
    void delivered();
    /// Notes that sd-bus finds nothing more to read. False: it has dropped a message.
    bool wasRead();
    /// True if a part of a message has come, or a message that was not handed out yet.
    bool isHalfway() const { return messages_ > 0 || !pending_.empty(); }
    std::size_t bytesRead() const { return read_; }
    std::size_t descriptorsRead() const { return descriptorsRead_; }

private:
    Look take();
    std::size_t wanted() const;
    void measure();
    bool handOn();
    /// Good: the message that begins at place_ may have descriptors_. Unknown: not all of its header is there.
    enum class Bearer { Unknown, Good, Bad };
    Bearer bearer() const;
    ssize_t send(std::size_t from, std::size_t to, bool withDescriptors) const;

    int socket_;
    Fd inside_;
    pid_t sender_;
    std::string pending_;         ///< taken in, not handed on yet
    std::size_t measured_ = 0;    ///< the end, in it or beyond it, of the last message whose header is known
    int messages_ = 0;            ///< measured, not handed out yet
    bool unfair_ = false;         ///< the bytes behind the measured messages cannot be a message
    bool unread_ = false;         ///< sd-bus may find something to read
    bool drained_ = false;        ///< the socket was read to its end, and nothing has arrived since
    std::vector<Fd> descriptors_; ///< came with what is pending
    bool placed_ = true;          ///< the message that they belong to is known
    std::size_t place_ = 0;       ///< where in pending_ that message begins
    std::size_t read_ = 0;        ///< bytes since the beginning
    std::size_t descriptorsRead_ = 0;
};

/// The length of a message's header with its padding, and that of the whole message, from its first 16 bytes. Both are
/// 0 if no message begins so.
struct MessageLength {
    std::size_t header = 0;
    std::size_t all = 0;
};
MessageLength messageLength(std::string_view beginning);

} // namespace stint
