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

/// As bind() and connect() take it; IllegalArgument where the path is too long for one.
Result<sockaddr_un> addressOf(const std::filesystem::path& socket);
/// A socket connected to the daemon's. Unavailable where nobody listens, with what to do about it.
Result<Fd> connectSocket(const std::filesystem::path& socket);
/// The socket this process was started with (STINT_SOCKET_FD), once: the variable is unset, so that a child does not
/// take it for its own. nullopt where there is none; an Error where the variable names no open socket.
Result<std::optional<Fd>> inheritedSocket();

/// The client's end. The handshake is made by the first call or by processing; nothing blocks here.
Result<Bus> clientOver(Fd socket);
/// clientOver() the inherited socket, else the daemon's own: how a program of ours reaches the daemon.
Result<Bus> connectToDaemon();

/// Waits until the other end has answered the handshake, or does not within `patience`, of which the next call will
/// tell. Unavailable: it ended instead.
Result<void> awaitGreeting(sd_bus* bus, Duration patience);

/// The server's end. `output`: what is written to, where that is not what is read from.
Result<Bus> serverOver(Fd input, Fd output = {});

} // namespace stint::wire
