// D-Bus's authentication, before the first message. sd-bus does it, but is fed line by line: by itself it would read
// ahead, and a message right behind the handshake would not be measured.
#pragma once
#include <systemd/sd-bus.h>

#include "stintd/bus/intake.hpp"

namespace stint {

/// True if the caller has sent a message before the answer: it may come from another program than the one the daemon
/// found, because exec happened in between. No implementation of D-Bus sends a message before the handshake has ended.
bool isHasty(int socket);

enum class Handshake { Going, Done, Refused };
/// Goes on with the handshake, by the lines that have arrived. Done: messages follow.
Handshake stepHandshake(Intake& intake, sd_bus* bus);

} // namespace stint
