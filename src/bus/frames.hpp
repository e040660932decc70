// Sees to it that sd-bus begins to read a message only when the length that it announces was found small enough.
// sd-bus itself takes messages of up to 128 MiB, drops a malformed one without a word, and has no option for either.
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
    /// `sender`: the process whose messages are taken, on a socket that tells who sends (SO_PASSCRED); 0: anyone's.
    explicit Frames(int socket, pid_t sender = 0) : socket_(socket), sender_(sender) {}

    enum class Look {
        Ready,      ///< what sd-bus would read next is a message, or the rest of one, of a fair length
        Incomplete, ///< not even a header is there yet: wait for more
        Ended,      ///< the other end has closed
        /// No D-Bus message, or one that is too large, or somebody else's: nothing after it can be understood.
        Broken,
    };
    /// To be asked before each read.
    Look look();
    /// sd-bus has read something. False where that was more than a fair message: one before it was malformed.
    bool account();
    /// sd-bus has handed out a message.
    void delivered() { --inside_; }
    bool isHalfway() const { return inside_ > 0; }
    std::size_t bytesRead() const { return read_; }

private:
    Look peek();

    int socket_;
    pid_t sender_;
    std::size_t bytes_ = 0; ///< seen to be fair, not read yet
    int cursor_ = 0;        ///< SO_PEEK_OFF as it was last known
    std::size_t read_ = 0;  ///< ever
    int inside_ = 0;        ///< messages seen to be fair, not handed out yet
};

/// The length of the message that begins with these 16 bytes; 0 where no message begins so.
std::size_t messageLength(const unsigned char* header);

} // namespace stint
