// D-Bus's authentication, before the first message. sd-bus does it, but is fed line by line: left alone it reads ahead,
// and a message right behind the handshake would not be measured.
#pragma once
#include <systemd/sd-bus.h>

#include "stintd/bus/intake.hpp"

namespace stint {

/// Whether a message is there already, sent before the answer: it may come from another program than the one the daemon
/// found (which was executed in between). No implementation of D-Bus sends a message before the handshake has ended.
bool isHasty(int socket);

enum class Handshake { Going, Done, Refused };
/// Takes in what has arrived. Done: messages follow.
Handshake stepHandshake(Intake& intake, sd_bus* bus);

} // namespace stint
