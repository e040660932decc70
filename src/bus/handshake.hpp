// D-Bus's authentication, before the first message. sd-bus does it, but is fed line by line through a socketpair:
// left alone it reads ahead, and a message right behind the handshake would escape Frames.
#pragma once
#include <optional>
#include <string>

#include <systemd/sd-bus.h>

#include "base/fd.hpp"

namespace stint {

class Handshake {
public:
    /// `inside` is the other half of the socketpair that `bus` was started on.
    Handshake(int socket, Fd inside) : socket_(socket), inside_(std::move(inside)) {}

    /// Whether a message is there already, sent before the answer: it may come from another program than the one the
    /// daemon found (which was executed in between). No implementation of D-Bus sends a message before the handshake
    /// has ended.
    static bool isHasty(int socket);

    enum class State { Going, Done, Refused };
    /// Takes in what has arrived. Done: `bus` now reads and writes the socket itself, from the first message on.
    State step(sd_bus* bus);

private:
    enum class LineState { Taken, Incomplete, Bad };
    LineState takeLine(std::string& line);
    bool answer(sd_bus* bus);

    int socket_;
    Fd inside_;
};

} // namespace stint
