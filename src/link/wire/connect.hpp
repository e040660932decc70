// Connections. To the daemon, peer to peer (architecture.md, wire): the place of its socket, which one function finds
// for both ends; the client's end, and the server's over an accepted socket or one half of a socketpair: no bus, no
// names, one object path, descriptors pass both ways (clip data, `stint start`). To the user's session bus: the owners
// of its names, and a connection in an event loop.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <sys/un.h>

#include <systemd/sd-event.h>

#include "base/time/time.hpp"
#include "base/unix/fd.hpp"
#include "link/wire/message.hpp"
#include "stint/result.hpp"

namespace stint::wire {

/// $XDG_RUNTIME_DIR/stint, else /run/user/UID/stint, else /run/stint (root) or /tmp/stint-UID. A directory of ours with
/// mode 0700 and no symlink, or an Error that names it and says what would be right: anybody else who can write there
/// could take the daemon's place. The daemon makes a missing one (`create`); a client does not, and gets the path
/// though nothing is there yet.
Result<std::filesystem::path> runtimeDirectory(bool create);

/// runtimeDirectory() / "bus".
Result<std::filesystem::path> daemonSocket(bool create);

/// The address for bind() and connect(); IllegalArgument where the path is too long for one.
Result<sockaddr_un> addressOf(const std::filesystem::path& socket);
/// A socket connected to the daemon's. Unavailable where nobody listens, with advice on what to do.
Result<Fd> connectSocket(const std::filesystem::path& socket);
/// The socket this process was started with (STINT_SOCKET_FD), once: the variable is unset, so that a child does not
/// take it for its own. nullopt where there is none; an Error where the variable names no open socket.
Result<std::optional<Fd>> inheritedSocket();

/// The client's end. The first call, or processing, makes the handshake; nothing blocks here.
Result<Bus> clientOver(Fd socket);
/// clientOver() the inherited socket, else the daemon's own: the way in which our own programs reach the daemon.
Result<Bus> connectToDaemon();

/// Waits until the other end has answered the handshake; if `patience` ends first, it succeeds all the same, and the
/// next call fails. Unavailable: the connection ended instead.
Result<void> awaitGreeting(sd_bus* bus, Duration patience);

/// The server's end. `output`: the descriptor to write to, if it is not `input`.
Result<Bus> serverOver(Fd input, Fd output = {});

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
