// The servers that a command starts where none runs: the daemon (by the session bus, by systemd's user manager, or by
// us), and the stint-taskmanager of this user. A lock among the `stint` commands of a user that talk to one daemon
// lets one of several start it; it is held until it is closed, or its process ends.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unix/fd.hpp"
#include "faces/screen/terminal.hpp"
#include "stint/result.hpp"

namespace stint::cli {

/// Waits for the lock. `name`: a file beside the daemon's socket.
Result<Fd> commandLock(std::string_view name);

/// True if a daemon may be started: STINT_AUTOSTART is not "no".
bool mayStartDaemon();

/// True if the daemon that is gone died: one that ends by request removes its socket.
bool daemonDied();

/// Starts stintd and waits until it listens; `screen` says who started it. Of several commands at once one starts it,
/// and the others find it. Our own is the one beside this program, detached from the terminal, with its log in the
/// state directory. A daemon that is already starting is waited for: Unavailable, with the last words of its log,
/// where it has ended, or does not listen within a minute.
Result<void> startDaemon(const Screen& screen);

/// The sentence of `stintd --stored`: what waits in the store of a daemon that does not run, or why that cannot be
/// read; empty: nothing, or there is no stintd that tells.
std::string storedSentence();

/// The server's address, with the token behind the '#'. `words`: the arguments for a server that has to be started;
/// of several verbs at once only one starts it. Unavailable, with the server's last words, where it does not serve
/// within ten seconds.
Result<std::string> pageServer(const std::vector<std::string>& words);

// The jobs of somebody who is not there: logind ends an account's service manager, and stintd with it, at the last
// logout, and begins it at the login, unless the account lingers (linux.md §A.6).
/// The command by which it does.
inline constexpr std::string_view enableLinger = "loginctl enable-linger";

/// True if this account lingers: its jobs go on after a logout, and after a boot without a login. Nullopt: there is no
/// logind that tells. Waits for logind's answer, a second at most.
std::optional<bool> lingers();

} // namespace stint::cli
