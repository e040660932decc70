// A daemon for whoever finds none: the session bus starts it, or systemd's user manager, or we do.
#pragma once
#include "faces/screen/terminal.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// Whether one may be started: not where STINT_AUTOSTART is "no".
bool mayStartDaemon();

/// Whether the daemon that is gone died: one that is told to end takes its socket away.
bool daemonDied();

/// Starts stintd and waits until it listens; `screen` says who started it. Of several at once one starts it, and the
/// others find it. Our own is the one beside this program, detached from the terminal, with its log in the state
/// directory. One that is on its way is waited for: Unavailable, with what its log says last, where it has ended, or
/// does not listen within a minute.
Result<void> startDaemon(const Screen& screen);

} // namespace stint::cli
