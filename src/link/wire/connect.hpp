// The two ends of a connection: a client's, and the server's over an accepted socket or one half of a socketpair.
// Peer to peer: no bus, no names, one object path, descriptors pass both ways (clip data, `stint start`).
#pragma once
#include <filesystem>
#include <optional>

#include <sys/un.h>

#include "base/time/time.hpp"
#include "base/unix/fd.hpp"
#include "link/wire/message.hpp"
#include "stint/result.hpp"

namespace stint::wire {

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

} // namespace stint::wire
