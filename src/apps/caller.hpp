// Who is at the other end of a connection, and whether a user is looking at it: from the kernel's word alone
// (design.md, who is calling, what is visible). Never from a name that is claimed.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include <sys/types.h>

#include "apps/registry.hpp"
#include "base/app_id.hpp"
#include "base/fd.hpp"
#include "stint/result.hpp"

namespace stint {

/// A process, pinned: the pidfd and the start time tell whether the pid was given to another since.
struct Peer {
    pid_t pid = 0;
    uid_t uid = 0;
    std::uint64_t startTime = 0; ///< field 22 of /proc/PID/stat
    Fd pidfd;
};

/// The process behind an accepted socket (SO_PEERCRED). Security where it is of another user than ours.
Result<Peer> peerOf(int socket);
/// One that was pinned by whoever knew it. Security where it has ended.
Result<Peer> peerOf(pid_t pid, uid_t uid, Fd pidfd);

/// Who a caller is, fixed when its connection is accepted.
struct Caller {
    AppId app;
    bool isOperator = false; ///< org.stint.shell and no descendant of a job: may use the operator's verbs
};

/// `ownerOf` finds the app of a process that Stint started, or of a descendant of one.
Caller identify(const Peer& peer, const Registry& registry, const std::function<std::optional<AppId>(pid_t)>& ownerOf);

/// Whether the process is in the foreground process group of its controlling terminal at this moment. A process that
/// is gone, or whose pid was given to another, is not. Unknown never grants.
bool inTerminalForeground(const Peer& peer);

} // namespace stint
