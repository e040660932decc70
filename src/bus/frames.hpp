// Lets sd-bus begin to read a message only when the length that it announces is small enough. sd-bus itself takes
// messages of up to 128 MiB, drops a malformed one silently, and has no option for either.
//
// How: the message's fixed header is peeked at before sd-bus may read on, and the kernel's own count of what was read
// since (SO_PEEK_OFF counts down with every byte that leaves the socket) tells where the next one begins.
#pragma once
#include <cstddef>

#include <sys/types.h>

#include "stint/result.hpp"

namespace stint {

class Frames {
public:
    /// `sender`: the process whose messages are accepted, on a socket that names senders (SO_PASSCRED); 0: anyone's.
    explicit Frames(int socket, pid_t sender = 0) : socket_(socket), sender_(sender) {}

    enum class Look {
        Ready,      ///< what sd-bus would read next is a message, or the rest of one, of an allowed length
        Incomplete, ///< not even a header is there yet: wait for more
        Ended,      ///< the other end has closed
        /// Not a D-Bus message, or too large, or from another process: nothing after it can be understood.
        Broken,
    };
    /// To be asked before each read.
    Look look();
    /// sd-bus has read something. False if that was more than one allowed message: one before it was malformed.
    bool account();
    /// sd-bus has handed out a message.
    void delivered() { --inside_; }
    bool isHalfway() const { return inside_ > 0; }
    std::size_t bytesRead() const { return read_; }

private:
    Look peek();

    int socket_;
    pid_t sender_;
    std::size_t bytes_ = 0; ///< checked, not read yet
    int cursor_ = 0;        ///< SO_PEEK_OFF as last known
    std::size_t read_ = 0;  ///< ever
    int inside_ = 0;        ///< messages checked, not handed out yet
};

/// The length of the message that begins with these 16 bytes; 0 where no message begins so.
std::size_t messageLength(const unsigned char* header);

} // namespace stint
