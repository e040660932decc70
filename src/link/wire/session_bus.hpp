// The user's session bus, for whoever has to do with it: the bus itself, and a connection to it in an event loop.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <systemd/sd-event.h>

#include "link/wire/message.hpp"

namespace stint::wire {

inline constexpr const char* busName = "org.freedesktop.DBus";
inline constexpr const char* busPath = "/org/freedesktop/DBus";

/// The rule by which the bus tells that names have other owners: those that `which` picks ("arg0='org.example.Name'").
/// It compares itself, so that no other name's changes wake us.
std::string ownerChanges(std::string_view which);
struct OwnerChange {
    std::string name;
    std::string owner; ///< its unique name; empty: nobody has it any more
};
/// nullopt: the signal tells of none.
std::optional<OwnerChange> ownerChangeIn(sd_bus_message* signal);
/// Has the bus tell who owns `name`.
int askOwner(sd_bus* bus, Slot& slot, const std::string& name, sd_bus_message_handler_t answered, void* self);
/// What it answered; empty: nobody does.
std::string ownerIn(sd_bus_message* answer);

/// At DBUS_SESSION_BUS_ADDRESS, else $XDG_RUNTIME_DIR/bus. Connects, and leaves the greeting to the loop; nothing
/// blocks here. No call of it is on a timer: who is silent is waited for, without harm. Unavailable where no bus is
/// named.
Result<Bus> openSessionBus(sd_event* loop);

} // namespace stint::wire
