// The user's session bus: the owners of its names, and a connection to it in an event loop.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <systemd/sd-event.h>

#include "link/wire/message.hpp"

namespace stint::wire {

inline constexpr const char* busName = "org.freedesktop.DBus";
inline constexpr const char* busPath = "/org/freedesktop/DBus";

/// The match rule for changes of names' owners: those names that `which` picks ("arg0='org.example.Name'"). The bus
/// itself compares, so that no other name's changes wake us.
std::string ownerChanges(std::string_view which);
struct OwnerChange {
    std::string name;
    std::string owner; ///< the owner's unique name; empty: nobody has the name any more
};
/// nullopt: the signal reports no such change.
std::optional<OwnerChange> ownerChangeIn(sd_bus_message* signal);
/// Asks the bus who owns `name`.
int askOwner(sd_bus* bus, Slot& slot, const std::string& name, sd_bus_message_handler_t answered, void* self);
/// The owner in the bus's answer; empty: nobody owns it.
std::string ownerIn(sd_bus_message* answer);

/// Connects to DBUS_SESSION_BUS_ADDRESS, else to $XDG_RUNTIME_DIR/bus, and leaves the greeting to the loop; nothing
/// blocks here. No call over it has a time limit: a silent peer is waited for, without harm. Unavailable where no bus
/// is named.
Result<Bus> openSessionBus(sd_event* loop);

} // namespace stint::wire
