// The user's session bus, for whoever has to do with it: the bus itself, and a connection to it in an event loop.
#pragma once
#include <systemd/sd-event.h>

#include "link/wire/message.hpp"

namespace stint::wire {

inline constexpr const char* busName = "org.freedesktop.DBus";
inline constexpr const char* busPath = "/org/freedesktop/DBus";

/// At DBUS_SESSION_BUS_ADDRESS, else $XDG_RUNTIME_DIR/bus. Connects, and leaves the greeting to the loop; nothing
/// blocks here. No call of it is on a timer: who is silent is waited for, without harm. Unavailable where no bus is
/// named.
Result<Bus> openSessionBus(sd_event* loop);

} // namespace stint::wire
