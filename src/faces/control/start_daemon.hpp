// A daemon for a command that finds none: the session bus starts it, or systemd's user manager, or we do.
#pragma once
#include "faces/screen/terminal.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// True if a daemon may be started: STINT_AUTOSTART is not "no".
bool mayStartDaemon();

/// True if the daemon that is gone died: one that ends by request removes its socket.
bool daemonDied();

/// Starts stintd and waits until it listens; `screen` says who started it. Of several commands at once one starts it,
/// and the others find it. Our own is the one beside this program, detached from the terminal, with its log in the
/// state directory. A daemon that is already starting is waited for: Unavailable, with the last words of its log,
/// where it has ended, or does not listen within a minute.
Result<void> startDaemon(const Screen& screen);

} // namespace stint::cli
